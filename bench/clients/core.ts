/** Our side: the hub with one agent per session. */
import { Hub } from '@accolades-flow/core';
import { measureClient } from './orders.ts';

measureClient(async ({ url, sessions, nodes, connectsPerSecond }, onCall) => {
  const hub = new Hub({ connectsPerSecond });
  let ready = 0;
  await new Promise<void>((resolve) => {
    for (let session = 0; session < sessions; session++) {
      for (let node = 0; node < nodes; node++) {
        let wasReady = false;
        hub.subscribe({
          owner: `node ${session}.${node}`,
          agents: [{ label: `agent ${session}`, idCrm: `bench-agent-${session}` }],
          server: { url },
          onEvent: (event) => {
            if ('raw' in event) onCall(event.raw['t']);
          },
          onStatus: ({ connected }) => {
            if (wasReady || connected === 0) return;
            wasReady = true;
            if (++ready === sessions * nodes) resolve();
          },
        });
      }
    }
  });
});
