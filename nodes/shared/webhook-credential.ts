import { AccoladesError, messageOf, withoutPastedEnds } from '@accolades-flow/core';
import type {
  ICredentialsDecrypted,
  ICredentialTestFunctions,
  INodeCredentialTestResult,
} from 'n8n-workflow';

/** Shorter secrets could be guessed; in characters. */
const MIN_SECRET_CHARS = 16;

/**
 * Reads the secret of a credential of type `accoladesWebhookApi`.
 * @throws AccoladesError `INVALID_CREDENTIAL`, saying what is wrong; holds no secret
 */
export function readWebhookSecret(credential: Readonly<Record<string, unknown>>): string {
  const value = credential['secret'];
  const secret = typeof value === 'string' ? withoutPastedEnds(value) : '';
  if (secret === '') throw invalid('No secret is given.');
  if (secret.length < MIN_SECRET_CHARS) {
    throw invalid(`The secret is shorter than ${MIN_SECRET_CHARS} characters.`);
  }
  // Only characters that need no escaping in a path, query or form.
  if (!/^[A-Za-z0-9._~-]{1,256}$/.test(secret)) {
    throw invalid(
      'The secret may hold letters, digits, “-”, “.”, “_” and “~” only (256 at most), since it becomes a part of an address.',
    );
  }
  return secret;
}

/**
 * Tests a credential of type `accoladesWebhookApi`: checks the form of the secret, without a
 * request.
 */
export function testWebhookSecret(
  this: ICredentialTestFunctions,
  credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
  try {
    readWebhookSecret(credential.data ?? {});
    return Promise.resolve({ status: 'OK', message: 'The secret can be used.' });
  } catch (error) {
    const message = error instanceof AccoladesError ? (error.what ?? error.message) : messageOf(error);
    return Promise.resolve({ status: 'Error', message });
  }
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_CREDENTIAL', { what });
}
