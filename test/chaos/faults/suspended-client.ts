/**
 * The process that the suspension tests stop: subscribes agents and tells its parent what happens to them.
 *
 * Arguments: address, speed of the clock, milliseconds between two subscriptions, then the agents.
 */
import { Hub } from '@accolades-flow/core';
import { FastClock } from '../support/fast-clock.ts';

/** What this process says. */
export type ClientSaid =
  | { readonly kind: 'state'; readonly agent: string; readonly state: string }
  | { readonly kind: 'call'; readonly agent: string; readonly uniqueId: string }
  | { readonly kind: 'failure'; readonly text: string };

export function readClientSaid(message: unknown): ClientSaid {
  if (typeof message === 'object' && message !== null && 'kind' in message) {
    if (message.kind === 'failure' && 'text' in message)
      return { kind: 'failure', text: String(message.text) };
    if ('agent' in message && typeof message.agent === 'string') {
      const { agent } = message;
      if (message.kind === 'state' && 'state' in message)
        return { kind: 'state', agent, state: String(message.state) };
      if (message.kind === 'call' && 'uniqueId' in message) {
        return { kind: 'call', agent, uniqueId: String(message.uniqueId) };
      }
    }
  }
  throw new Error('This is nothing that the client says.');
}

function main([url = '', speed = '', intervalMs = '', ...agents]: readonly string[]): void {
  const say = (said: ClientSaid): void => {
    process.send?.(said);
  };
  for (const event of ['unhandledRejection', 'warning']) {
    process.on(event, (what: unknown) => {
      say({ kind: 'failure', text: `${event}: ${String(what)}` });
    });
  }
  const hub = new Hub({ clock: new FastClock(Number(speed)), lingerMs: 0, random: () => 0.5 });
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

if (process.send !== undefined) main(process.argv.slice(2));
