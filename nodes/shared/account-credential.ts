import type { AccountClient } from '@accolades-flow/core';
import { accountClient } from '@accolades-flow/core/node';

/** A credential of type `accoladesAccountApi`, checked. */
export interface AccountConnection {
  readonly client: AccountClient;
  /** What the user should know about the security of this connection. */
  readonly warnings: readonly string[];
}

/**
 * Reads a credential of type `accoladesAccountApi`.
 * @throws AccoladesError `INVALID_ACCOUNT` or `INVALID_URL`, saying what is wrong; holds no
 * password
 */
export function readAccountCredential(credential: Readonly<Record<string, unknown>>): AccountConnection {
  const client = accountClient({
    accountNumber: credential['accountNumber'] ?? '',
    password: credential['password'] ?? '',
    url: credential['url'] ?? '',
    allowUnauthorizedCerts: credential['allowUnauthorizedCerts'] === true,
  });
  const warnings: string[] = [];
  if (client.exposed) {
    warnings.push(
      'The connection to Accolades is unsafe: http:// is not encrypted, so anybody on the way can read the API password. Use https://.',
    );
  }
  if (client.unverified) {
    warnings.push(
      'The connection to Accolades is unsafe: the certificate of the server is not verified, so anybody on the way can pretend ' +
        'to be the server. Turn off “Allow Unauthorized Certificates” in the credential.',
    );
  }
  return { client, warnings };
}
