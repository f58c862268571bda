import type { Node, NodeAPI, NodeDef } from '@node-red/registry';
import type { Security } from '../../runtime/node-status.ts';
import { createTexts } from '../../runtime/texts.ts';
import { readAgentConnection, type AgentNode } from './agent-connection.ts';

type Self = Node<{ idCrm: string }> & { -readonly [K in keyof AgentNode]: AgentNode[K] };

/** The configuration node `accolades-agent`: the agent or agents, and where their server is. It never connects by itself. */
export default function registerAgent(RED: NodeAPI): void {
  const texts = createTexts(RED);

  function Agent(this: Self, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const warned = new Set<Security>();
    this.connection = () =>
      readAgentConnection({ ...config }, this.credentials.idCrm, (id) => RED.nodes.getNode(id));
    this.warnOnce = (security) => {
      if (security === 'protected' || warned.has(security)) return;
      warned.add(security);
      this.warn(texts(`accolades.log.security.${security}`));
    };
  }

  RED.nodes.registerType('accolades-agent', Agent, { credentials: { idCrm: { type: 'password' } } });
}
