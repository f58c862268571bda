import type { Subscription } from '@accolades-flow/core';
import type { Node, NodeAPI, NodeDef } from '@node-red/registry';
import { environmentOf, textOrNull } from '../../runtime/environment.ts';
import type { Security } from '../../runtime/node-status.ts';
import { hideCredentials } from '../../runtime/hide-credentials.ts';
import { createTexts } from '../../runtime/texts.ts';
import { readAgentConnection, type AgentNode } from './agent-connection.ts';
import { serveAgentStates } from './agent-state.ts';
import { serveAgentTest } from './agent-test.ts';
import english from './locales/en-US.json' with { type: 'json' };

type Self = Node<{ idCrm: string }> & { -readonly [K in keyof AgentNode]: AgentNode[K] };

/**
 * The configuration node `accolades-agent`: agents and their server. It does not connect on its
 * own.
 */
export default function registerAgent(RED: NodeAPI): void {
  const texts = createTexts(RED, english);

  function Agent(this: Self, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    hideCredentials(this);
    const fields: Readonly<Record<string, unknown>> = { ...config };
    const warned = new Set<Security>();
    const subscriptions = new Set<Pick<Subscription, 'status'>>();
    const environment = environmentOf(RED.util, this);
    this.url = textOrNull(fields['url'], environment);
    this.connection = () =>
      readAgentConnection(fields, this.credentials.idCrm, environment, (id) => RED.nodes.getNode(id));
    this.usedBy = (subscription) => {
      subscriptions.add(subscription);
      return () => {
        subscriptions.delete(subscription);
      };
    };
    this.statuses = () => {
      // All subscriptions share the sessions, so any of them has the states.
      const [first] = subscriptions;
      return first?.status.agents ?? null;
    };
    this.warnOnce = (security) => {
      if (security === 'protected' || warned.has(security)) return;
      warned.add(security);
      this.warn(texts(`accolades.log.security.${security}`));
    };
  }

  RED.nodes.registerType('accolades-agent', Agent, { credentials: { idCrm: { type: 'password' } } });
  serveAgentTest(RED, texts);
  serveAgentStates(RED, texts);
}
