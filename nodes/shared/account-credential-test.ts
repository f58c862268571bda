import { AccoladesError, messageOf } from '@accolades-flow/core';
import type {
  ICredentialsDecrypted,
  ICredentialTestFunctions,
  INodeCredentialTestResult,
} from 'n8n-workflow';
import { readAccountCredential } from './account-credential.ts';

/**
 * Tests a credential of type `accoladesAccountApi` with one `ping`. Takes at most about 15 seconds.
 */
export async function testAccountCredential(
  this: ICredentialTestFunctions,
  credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
  try {
    await readAccountCredential(credential.data ?? {}).client.test();
    return { status: 'OK', message: 'Accolades accepts the account and its password.' };
  } catch (error) {
    return { status: 'Error', message: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof AccoladesError)) return messageOf(error);
  const isTyped = error.code === 'INVALID_ACCOUNT' || error.code === 'INVALID_URL';
  return isTyped ? (error.what ?? error.message) : error.message;
}
