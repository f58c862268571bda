/** Our side: the hub with one agent per session. */
import { Hub } from '@accolades-flow/core';
import { measureClient } from './orders.ts';

measureClient(async ({ url, sessions, nodes, connectsPerSecond, atOnce }, onCall) => {
  const hub = new Hub({ connectsPerSecond });
  const server = { url };
  let begun = 0;
  let ready = 0;
  await new Promise<void>((resolve) => {
    const openNext = (): void => {
      const session = begun++;
      for (let node = 0; node < nodes; node++) {
        let wasReady = false;
        hub.subscribe({
          owner: `node ${session}.${node}`,
          agents: [{ label: `agent ${session}`, idCrm: `bench-agent-${session}` }],
          server,
          onEvent: (event) => {
            if ('raw' in event) onCall(event.raw['t']);
          },
          onStatus: ({ connected }) => {
            if (wasReady || connected === 0) return;
            wasReady = true;
            if (++ready === sessions * nodes) resolve();
            else if (node === 0 && begun < sessions) openNext();
          },
        });
      }
    };
    while (begun < Math.min(atOnce, sessions)) openNext();
  });
});
