import type { AccountSettings } from '@accolades-flow/core';
import { migrate, type Settings } from '../../migrations/migrate.ts';
import { settingReader, settingText, type Environment } from '../../runtime/environment.ts';
import { readTlsSettings } from '../../runtime/tls-settings.ts';
import { accountMigrations } from './migrations.ts';

/**
 * Reads an account from the settings of an `accolades-account` node.
 * @param password the API password, a secret
 * @param environment the variables that the node sees
 * @param getNode finds another node, for the TLS configuration
 * @throws AccoladesError `INVALID_ACCOUNT`, `INVALID_URL` or `INVALID_PARAMETER`, saying what is
 * wrong; holds no secret
 */
export function readAccountSettings(
  config: Settings,
  password: unknown,
  environment: Environment,
  getNode: (id: string) => unknown,
): AccountSettings {
  const settings = migrate(config, accountMigrations);
  const read = settingReader(settings, environment);
  const url = read('url', 'INVALID_URL');
  const tlsId = settings['tls'];
  const encrypted = !/^\s*http:/i.test(url);
  return {
    accountNumber: read('accountNumber', 'INVALID_ACCOUNT'),
    password: settingText(password, environment, 'INVALID_ACCOUNT'),
    url,
    ...(encrypted && typeof tlsId === 'string' && tlsId !== '' ? readTlsSettings(getNode(tlsId)) : {}),
  };
}
