/**
 * The process that the suspension tests stop. It subscribes agents and reports their events to its
 * parent.
 *
 * Arguments: address, speed of the clock, milliseconds between two subscriptions, then the agents.
 */
import { Hub } from '@accolades-flow/core';
import { nodePlatform } from '@accolades-flow/core/node';
import { FastClock } from '../support/fast-clock.ts';
import type { ClientMessage } from './suspended-messages.ts';

function main([url = '', speed = '', intervalMs = '', ...agents]: readonly string[]): void {
  const say = (message: ClientMessage): void => {
    process.send?.(message);
  };
  for (const event of ['unhandledRejection', 'warning']) {
    process.on(event, (what: unknown) => {
      say({ kind: 'failure', text: `${event}: ${String(what)}` });
    });
  }
  const hub = new Hub({
    ...nodePlatform,
    clock: new FastClock(Number(speed)),
    lingerMs: 0,
    random: () => 0.5,
  });
  agents.forEach((idCrm, index) => {
    setTimeout(
      () => {
        hub.subscribe({
          owner: idCrm,
          agents: [{ label: idCrm, idCrm }],
          server: { url },
          onStatus: (status) => {
            const now = status.agents[0]?.status;
            if (now === undefined) return;
            const state = 'reason' in now ? `${now.state}(${now.reason.code})` : now.state;
            say({ kind: 'state', agent: idCrm, state });
          },
          onEvent: (event) => {
            if ('uniqueId' in event) say({ kind: 'call', agent: idCrm, uniqueId: event.uniqueId });
          },
        });
      },
      index * Number(intervalMs),
    );
  });
  process.on('disconnect', () => process.exit());
}

main(process.argv.slice(2));
