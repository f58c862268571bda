/** Our client: the hub. */
import { Hub, type AgentCredential } from '@accolades-flow/core';
import { nodePlatform } from '@accolades-flow/core/node';
import { measureClient } from './orders.ts';

measureClient(async ({ url, sessions, nodes, agents, connectsPerSecond, atOnce }, onCall) => {
  const hub = new Hub({ ...nodePlatform, connectsPerSecond });
  const server = { url };
  let begun = 0;
  let nodesReady = 0;
  const nodesInAll = Math.ceil(sessions / agents) * nodes;
  await new Promise<void>((resolve) => {
    const openNext = (): void => {
      const first = begun;
      const group = agentsFrom(first, Math.min(agents, sessions - first));
      begun += group.length;
      for (let node = 0; node < nodes; node++) {
        let wasReady = false;
        hub.subscribe({
          owner: `node ${first}.${node}`,
          agents: group,
          server,
          onEvent: (event) => {
            if ('raw' in event) onCall(event.raw['t']);
          },
          onStatus: ({ connected, total }) => {
            if (wasReady || connected < total) return;
            wasReady = true;
            if (++nodesReady === nodesInAll) resolve();
            else if (node === 0 && begun < sessions) openNext();
          },
        });
      }
    };
    while (begun < Math.min(atOnce, sessions)) openNext();
  });
});

function agentsFrom(first: number, count: number): AgentCredential[] {
  return Array.from({ length: count }, (_, index) => ({
    label: `agent ${first + index}`,
    idCrm: `bench-agent-${first + index}`,
  }));
}
