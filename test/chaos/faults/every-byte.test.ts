import { Hub } from '@accolades-flow/core';
import { nodePlatform } from '@accolades-flow/core/node';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { FastClock } from '../support/fast-clock.ts';
import {
  FaultProxy,
  type BreakMethod,
  type Direction,
  type ProxiedConnection,
} from '../support/fault-proxy.ts';
import { inParallel } from '../support/in-parallel.ts';
import { ObservedAgent } from '../support/observed-agent.ts';
import { ProcessWatch } from '../support/process-watch.ts';
import { median, say, seconds } from '../support/report.ts';
import { selfSigned } from '../support/tls-material.ts';
import { until } from '../support/until.ts';

/**
 * The speed of the sessions' clock, and the number of parallel cases, each with its own agent and
 * proxy. This process computes both sides of every TLS handshake: with too many at once on a slow
 * machine, a valid handshake would miss its deadline.
 */
const PACE = { ws: { speed: 25, parallel: 32 }, wss: { speed: 10, parallel: 8 } };
/** By then, TCP, TLS and the upgrade, or the authentication, must have failed; in session ms. */
const DEADLINE_MS = 15_000;

interface Outcome {
  /** From the break to the state that shows it, in session milliseconds. */
  readonly detectedMs: number;
  /** From that state to the next ready session. */
  readonly recoveredMs: number;
  readonly firstCallArrived: boolean;
  /** The session's state at the break. */
  readonly metIn: string;
  readonly reason: string;
  readonly path: string;
}

/** The calls of a case are named after the connection on which the server sent them. */
const callOn = (connection: number): string => `1700000000.${connection}`;

for (const scheme of ['ws', 'wss'] as const) {
  describe(`A connection broken at every byte, ${scheme}:`, () => {
    // TLS does not affect the difference between a clean end and a reset, so test it once.
    const methods: BreakMethod[] = scheme === 'ws' ? ['reset', 'close'] : ['reset'];
    const watch = new ProcessWatch();
    const proxies = new Map<string, FaultProxy>();
    const { speed, parallel } = PACE[scheme];
    let clock: FastClock;
    let hub: Hub;
    let simulator: Simulator;
    let ca: string | undefined;
    let agents = 0;

    before(async () => {
      const tls = scheme === 'wss' ? await selfSigned() : undefined;
      ca = tls?.cert;
      simulator = await createSimulator(tls === undefined ? {} : { tls });
      simulator.on('session', ({ event, idCrm }) => {
        const proxy = proxies.get(idCrm);
        // In the next tick, so that it directly follows the answer to the authentication.
        if (event === 'opened' && proxy !== undefined) {
          process.nextTick(() => {
            simulator.placeCall({
              agents: idCrm,
              phoneNumber: '0211234567',
              uniqueId: callOn(proxy.latest.number),
            });
          });
        }
      });
    });

    after(() => simulator.close());

    beforeEach(async () => {
      await watch.begin();
      clock = new FastClock(speed);
      hub = new Hub({ ...nodePlatform, clock, lingerMs: 0, connectsPerSecond: 0, random: () => 0.5 });
    });

    afterEach(async () => {
      hub.close();
      await until('no session left on the server', () => simulator.sessions().length === 0);
      await watch.end();
      expect(clock.runningTimers).to.equal(0);
      expect(simulator.statistics.maxSessionsPerAgent).to.equal(1);
    });

    async function withAgent<T>(
      plan: FaultProxy['plan'],
      work: (agent: ObservedAgent, proxy: FaultProxy) => Promise<T>,
    ): Promise<T> {
      const proxy = await FaultProxy.listen(simulator);
      proxy.plan = plan;
      const idCrm = `every-byte-${String(++agents).padStart(6, '0')}`;
      proxies.set(idCrm, proxy);
      // Ids of a fixed length, so that every run has the same bytes.
      simulator.addAgent({
        idCrm,
        name: 'A',
        phone: { id: '27', data: '' },
        agent: { id: String(100_000 + agents), data: '' },
      });
      const url = `${scheme}://localhost:${proxy.port}`;
      const server = ca === undefined ? { url } : { url, tls: { ca } };
      const agent = new ObservedAgent(hub, clock, { idCrm, server });
      try {
        return await work(agent, proxy);
      } finally {
        agent.subscription.unsubscribe({ removed: true });
        await proxy.close();
        simulator.removeAgent(idCrm);
        proxies.delete(idCrm);
      }
    }

    /** The bytes of each direction up to the first call and the configuration. */
    async function unbroken(): Promise<Record<Direction, Buffer>> {
      return withAgent(
        () => ({ up: { record: true }, down: { record: true } }),
        async (agent, proxy) => {
          await until('the first call arrives', () => agent.calls.length === 1);
          const { up, down } = proxy.latest;
          await untilQuiet(() => up.forwarded + down.forwarded);
          return { up: up.recording, down: down.recording };
        },
      );
    }

    async function brokenAt(direction: Direction, at: number, how: BreakMethod): Promise<Outcome> {
      return withAgent(
        (number) => (number === 1 ? { [direction]: { cut: { at, how } } } : {}),
        async (agent, proxy) => {
          const connections: ProxiedConnection[] = [];
          proxy.onConnection = (connection) => connections.push(connection);
          const cutAt = (): number => {
            const moment = connections[0]?.brokenAt ?? null;
            if (moment === null)
              throw new Error(`The cut after ${at} bytes was never reached: ${agent.path()}`);
            return clock.monotonicAt(moment);
          };
          const waiting = await agent.next('waiting');
          const index = agent.passed.indexOf(waiting);
          const ready = await agent.ready(index);
          const lastCall = (): string => callOn(proxy.latest.number);
          await until('a call arrives on the new connection', () => agent.calls.includes(lastCall()));
          const { calls } = agent;
          expect(new Set(calls).size, `doubled: ${direction} ${at} ${how}: ${calls.join()}`).to.equal(
            calls.length,
          );
          return {
            detectedMs: waiting.at - cutAt(),
            recoveredMs: ready.at - waiting.at,
            firstCallArrived: calls.includes(callOn(1)),
            metIn: agent.passed[index - 1]?.state ?? 'none',
            reason: waiting.reason ?? '',
            path: agent.path(),
          };
        },
      );
    }

    const directions: Direction[] = ['up', 'down'];
    for (const how of methods) {
      for (const direction of directions) {
        it(`${how} after each byte ${direction === 'up' ? 'to' : 'from'} the server`, async () => {
          const stream = (await unbroken())[direction];
          const offsets = Array.from({ length: stream.length + 1 }, (_, at) => at);
          const outcomes = await inParallel(offsets, parallel, (at) => brokenAt(direction, at, how));
          const detected = outcomes.map((outcome) => outcome.detectedMs);
          const recovered = outcomes.map((outcome) => outcome.recoveredMs);
          say(
            `${outcomes.length} offsets; met in ${tally(outcomes.map(({ metIn }) => metIn))}; ` +
              `reasons ${tally(outcomes.map(({ reason }) => reason))}`,
          );
          say(
            `detected after ${seconds(median(detected))} (median), ${seconds(Math.max(...detected))} (longest); ` +
              `recovered after ${seconds(median(recovered))}, ${seconds(Math.max(...recovered))}`,
          );
          expect(Math.max(...detected)).to.be.below(DEADLINE_MS);
          expect(Math.min(...detected)).to.be.at.least(0);
          const arrived = outcomes.filter(({ firstCallArrived }) => firstCallArrived).length;
          const slowest = outcomes.reduce((a, b) => (b.recoveredMs > a.recoveredMs ? b : a));
          say(`slowest: ${slowest.path}`);
          say(`the call on the broken connection arrived in ${arrived} cases`);
          if (scheme === 'ws' && direction === 'down' && how === 'close') {
            const callEnd = endOfCall(stream);
            // Everything that the server sent before a clean end arrived, to the byte.
            expect(arrived).to.equal(stream.length + 1 - callEnd);
            outcomes.forEach(({ firstCallArrived }, at) => {
              expect(firstCallArrived, `cut after ${at} bytes`).to.equal(at >= callEnd);
            });
          }
        });
      }
    }
  });
}

/** The offset of the first byte after the frame of the first call. */
function endOfCall(stream: Buffer): number {
  const id = stream.indexOf(callOn(1));
  const end = stream.indexOf('}', id);
  if (id < 0 || end < 0) throw new Error('The stream holds no call.');
  return end + 1;
}

/** `3 × ready, 1 × connecting` */
function tally(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => `${count} × ${value}`).join(', ');
}

/** Waits until a count stops changing for a while. */
async function untilQuiet(count: () => number): Promise<void> {
  let last = count();
  let since = performance.now();
  await until('the line is quiet', () => {
    if (count() !== last) {
      last = count();
      since = performance.now();
    }
    return performance.now() - since > 100;
  });
}
