import { parseAccountUrl, type AccountSettings } from '@accolades-flow/core';
import { accountClient } from '@accolades-flow/core/node';
import type { NodeAPI } from '@node-red/registry';
import { serveConfigTest, type TypedConfig } from '../../runtime/config-test.ts';
import type { Texts } from '../../runtime/texts.ts';
import { isAccountNode } from './account-node.ts';
import { readAccountSettings } from './account-settings.ts';

/** Lets the dialog of an account test the typed values with one `ping`. */
export function serveAccountTest(RED: NodeAPI, texts: Texts): void {
  serveConfigTest(RED, texts, {
    type: 'accolades-account',
    secret: 'password',
    run: async (typed) => {
      const { settings: fields, secret, environment } = typed;
      const settings = readAccountSettings(fields, secret, environment, (id) => RED.nodes.getNode(id));
      if (!mayBeSent(typed, settings)) {
        return { ok: false, message: texts('accolades-account.test.retype'), code: 'INVALID_ACCOUNT' };
      }
      await accountClient(settings).test();
      return { ok: true, message: texts('accolades-account.test.accepted'), code: null };
    },
  });
}

/** A stored password is sent only to the server that it was deployed with. */
function mayBeSent({ retyped, deployed }: TypedConfig, { password, url }: AccountSettings): boolean {
  return retyped || password === '' || (isAccountNode(deployed) && sameServer(deployed.url, url));
}

function sameServer(one: unknown, other: unknown): boolean {
  try {
    return parseAccountUrl(one).baseUrl === parseAccountUrl(other).baseUrl;
  } catch {
    return false;
  }
}
