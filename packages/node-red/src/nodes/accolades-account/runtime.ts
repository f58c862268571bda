import { AccountClient } from '@accolades-flow/core';
import type { Node, NodeAPI, NodeDef } from '@node-red/registry';
import { migrate } from '../../migrations/migrate.ts';
import { withVariablesSet } from '../../runtime/environment.ts';
import { createTexts } from '../../runtime/texts.ts';
import type { AccountNode } from './account-node.ts';
import { accountMigrations } from './migrations.ts';

type Self = Node<{ password: string }> & { -readonly [K in keyof AccountNode]: AccountNode[K] };
import english from './locales/en-US.json' with { type: 'json' };

/** The configuration node `accolades-account`: the account whose commands the REST API takes. It sends nothing by itself. */
export default function registerAccount(RED: NodeAPI): void {
  const texts = createTexts(RED, english);

  function Account(this: Self, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const settings = migrate({ ...config }, accountMigrations);
    let client: AccountClient | null = null;
    this.client = () => {
      if (client !== null) return client;
      client = new AccountClient({
        accountNumber: withVariablesSet(settings['accountNumber'] ?? '', 'INVALID_ACCOUNT'),
        password: withVariablesSet(this.credentials.password || '', 'INVALID_ACCOUNT'),
        url: withVariablesSet(settings['url'] ?? '', 'INVALID_URL'),
      });
      if (client.exposed) this.warn(texts('accolades-account.log.exposed'));
      return client;
    };
  }

  RED.nodes.registerType('accolades-account', Account, { credentials: { password: { type: 'password' } } });
}
