import type { AccountClient } from '@accolades-flow/core';
import { accountClient } from '@accolades-flow/core/node';
import type { Node, NodeAPI, NodeDef } from '@node-red/registry';
import { environmentOf, textOrNull } from '../../runtime/environment.ts';
import { hideCredentials } from '../../runtime/hide-credentials.ts';
import { createTexts } from '../../runtime/texts.ts';
import type { AccountNode } from './account-node.ts';
import { readAccountSettings } from './account-settings.ts';
import { serveAccountTest } from './account-test.ts';
import english from './locales/en-US.json' with { type: 'json' };

type Self = Node<{ password: string }> & { -readonly [K in keyof AccountNode]: AccountNode[K] };

/**
 * The configuration node `accolades-account`: an account for the REST API. It sends nothing on its
 * own.
 */
export default function registerAccount(RED: NodeAPI): void {
  const texts = createTexts(RED, english);

  function Account(this: Self, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    hideCredentials(this);
    const fields: Readonly<Record<string, unknown>> = { ...config };
    let client: AccountClient | null = null;
    const environment = environmentOf(RED.util, this);
    this.url = textOrNull(fields['url'], environment);
    this.client = () => {
      if (client !== null) return client;
      const settings = readAccountSettings(fields, this.credentials.password, environment, (id) =>
        RED.nodes.getNode(id),
      );
      client = accountClient(settings);
      if (client.exposed) this.warn(texts('accolades-account.log.exposed'));
      if (client.unverified) this.warn(texts('accolades-account.log.unverified'));
      return client;
    };
  }

  RED.nodes.registerType('accolades-account', Account, { credentials: { password: { type: 'password' } } });
  serveAccountTest(RED, texts);
}
