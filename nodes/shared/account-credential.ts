import { AccountClient } from '@accolades-flow/core';

/**
 * The client of a credential of type `accoladesAccountApi`.
 * @throws AccoladesError `INVALID_ACCOUNT` or `INVALID_URL`, saying what is wrong; holds no password
 */
export function accountClient(credential: Readonly<Record<string, unknown>>): AccountClient {
  return new AccountClient({
    accountNumber: credential['accountNumber'] ?? '',
    password: credential['password'] ?? '',
    url: credential['url'] ?? '',
  });
}

/** What a person should know before relying on an account whose password travels readable. */
export const EXPOSED_ACCOUNT =
  'The connection to Accolades is unsafe: http:// is not encrypted, so anybody on the way can read the API password. Use https://.';
