import { AccoladesError, AccountClient, parseAccountUrl } from '@accolades-flow/core';
import type { NodeAPI } from '@node-red/registry';
import { serveConfigTest, type TypedConfig } from '../../runtime/config-test.ts';
import type { Texts } from '../../runtime/texts.ts';
import { isAccountNode } from './account-node.ts';
import { readAccountSettings } from './account-settings.ts';

/** Lets the dialog of an account test what is typed in it, with one `ping`. */
export function serveAccountTest(RED: NodeAPI, texts: Texts): void {
  serveConfigTest(RED, texts, {
    type: 'accolades-account',
    secret: 'password',
    run: async (typed) => {
      await clientOf(RED, texts, typed).ping();
      return { ok: true, message: texts('accolades-account.test.accepted'), code: null };
    },
  });
}

/** @throws AccoladesError */
function clientOf(
  RED: NodeAPI,
  texts: Texts,
  { settings: fields, secret, retyped, deployed }: TypedConfig,
): AccountClient {
  const settings = readAccountSettings(fields, secret, (id) => RED.nodes.getNode(id));
  const elsewhere = !isAccountNode(deployed) || !sameServer(deployed.url, settings.url);
  if (!retyped && settings.password !== '' && elsewhere) {
    throw new AccoladesError('INVALID_ACCOUNT', { what: texts('accolades-account.test.retype') });
  }
  return new AccountClient(settings);
}

function sameServer(one: unknown, other: unknown): boolean {
  try {
    return parseAccountUrl(one).baseUrl === parseAccountUrl(other).baseUrl;
  } catch {
    return false;
  }
}
