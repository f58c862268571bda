/**
 * Processor time of idle sessions (their heartbeats), compared with bare `ws` connections that ping
 * as its documentation shows.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { runBenchmark } from './support/benchmark.ts';
import { numberIn } from './support/fields.ts';
import { inRounds, ratioOf } from './support/rounds.ts';
import { addressOf, CLIENT, SIDES, type Side } from './support/sides.ts';
import { withWorkers } from './support/worker.ts';

/** Wait after connecting, in seconds, for answers and garbage collection. */
const SETTLE_S = 10;
/** Each session pings once in this time. */
const INTERVAL_S = 20;

await runBenchmark('sessions-idle', 'processor time of idle sessions', async ({ quick, progress }) => {
  const sessions = quick ? 2_000 : 10_000;
  const measured = await inRounds(quick ? 1 : 3, SIDES, (side, round) => {
    progress(`round ${round + 1}: ${side}`);
    return idle(side, sessions);
  });
  return {
    series: [
      { label: 'core', unit: 'ms a minute', values: measured.core },
      { label: 'bare ws', unit: 'ms a minute', values: measured.bare },
    ],
    verdicts: [
      {
        label: `${sessions.toLocaleString('en-US')} sessions, core ÷ bare`,
        unit: '×',
        ...ratioOf(measured.core, measured.bare),
        target: { at: 'most', value: 1 },
      },
    ],
  };
});

/** @returns milliseconds of processor time per minute */
async function idle(side: Side, sessions: number): Promise<number> {
  return withWorkers(async (start) => {
    const server = start('wire/server.ts');
    const client = start(CLIENT[side], ['ping']);
    await client.ask({ do: 'open', url: await addressOf(server), sessions });
    await delay(SETTLE_S * 1_000);
    const before = numberIn(await client.ask({ do: 'cpu' }), 'ms');
    await delay(INTERVAL_S * 1_000);
    const after = numberIn(await client.ask({ do: 'cpu' }), 'ms');
    return ((after - before) * 60) / INTERVAL_S;
  });
}
