/**
 * Thousands of sessions in one process.
 *
 * Arguments: address, number of agents, connections per second (empty: the default). Each message
 * requests a report; `{"withHeap":true}` one with the heap, which costs a garbage collection.
 */
import { Hub, type SessionStatus } from '@accolades-flow/core';
import { nodePlatform } from '@accolades-flow/core/node';
import { heapAfterGc } from '../support/heap.ts';
import { readFields } from '../support/read.ts';
import { agentKey, type HostReport } from './messages.ts';

function main([url = '', count = '', rate = '']: readonly string[]): void {
  let dialTimes: number[] = [];
  let failures = 0;
  for (const event of ['unhandledRejection', 'warning']) {
    process.on(event, (what: unknown) => {
      failures++;
      console.error(event, what);
    });
  }
  const hub = new Hub({
    ...nodePlatform,
    ...(rate === '' ? {} : { connectsPerSecond: Number(rate) }),
    connect: (server, handlers) => {
      dialTimes.push(Date.now());
      return nodePlatform.connect(server, handlers);
    },
  });
  const states = new Map<string, SessionStatus['state']>();
  // Cleared with each report, so that it does not count as memory growth.
  const heard = new Set<string>();
  let ready = 0;
  let lost = 0;
  let calls = 0;
  let doubled = 0;
  for (let n = 0; n < Number(count); n++) {
    const idCrm = agentKey(n);
    hub.subscribe({
      owner: idCrm,
      agents: [{ label: idCrm, idCrm }],
      server: { url },
      onStatus: ({ agents: [agent] }) => {
        const now = agent?.status.state ?? 'idle';
        const before = states.get(idCrm);
        states.set(idCrm, now);
        if (now === 'ready') ready++;
        if (before === 'ready') {
          ready--;
          lost++;
        }
      },
      onEvent: (event) => {
        if (!('uniqueId' in event)) return;
        calls++;
        if (heard.has(event.uniqueId)) doubled++;
        heard.add(event.uniqueId);
      },
    });
  }
  const report = async (withHeap: boolean): Promise<void> => {
    const dialled = dialTimes;
    dialTimes = [];
    heard.clear();
    const sockets = process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
    const report: HostReport = {
      ready,
      lost,
      calls,
      doubled,
      dialTimes: dialled,
      sockets,
      heap: 0,
      failures,
    };
    process.send?.({ ...report, heap: withHeap ? await heapAfterGc() : 0 });
  };
  process.on('message', (message: unknown) => void report(readFields(message)['withHeap'] === true));
  process.on('disconnect', () => process.exit());
}

main(process.argv.slice(2));
