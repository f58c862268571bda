import { ALL_AGENTS } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { FaultBench } from '../support/fault-bench.ts';
import { ObservedAgent } from '../support/observed-agent.ts';
import { say, seconds } from '../support/report.ts';
import { until } from '../support/until.ts';

const DAY_MS = 86_400_000;

describe('A wall clock that is set', () => {
  const bench = FaultBench.use();

  for (const [direction, jumpMs] of [
    ['a day forwards', DAY_MS],
    ['a day back', -DAY_MS],
  ] as const) {
    it(`${direction}: a ready session goes on through three heartbeats`, async () => {
      const agent = await bench.readyAgent();
      bench.clock.jumpWall(jumpMs);
      const end = bench.clock.monotonic() + 65_000;
      await until('three heartbeats pass', () => bench.clock.monotonic() >= end);
      await bench.proveCalls(agent);
      expect(agent.path()).to.equal('connecting → authenticating → ready');
    });

    it(`${direction}: a wait for the next attempt takes as long as it would have`, async () => {
      bench.simulator.faults.set(ALL_AGENTS, { refuseWith: 'IP_MISSMATCH' });
      const agent = bench.subscribe();
      await until('several attempts failed', () => bench.simulator.statistics.refusals['IP_MISSMATCH'] === 4);
      const from = agent.passed.length - 1;
      await agent.next('waiting', from);
      bench.clock.jumpWall(jumpMs);
      const waiting = agent.passed.at(-1);
      const next = await agent.next('connecting', agent.passed.length);
      const waitedMs = next.at - (waiting?.at ?? Number.NaN);
      say(`waited ${seconds(waitedMs)}`);
      // Half of a maximum of 8 s (or 16 s, with one more attempt).
      bench.expectWithin(waitedMs, { atLeast: 4_000, atMost: 8_000 });
    });

    it(`${direction}: a node that comes while its session waits is still tried at once`, async () => {
      bench.simulator.faults.set(ALL_AGENTS, { refuseWith: 'IP_MISSMATCH' });
      const agent = bench.subscribe();
      await until('several attempts failed', () => bench.simulator.statistics.refusals['IP_MISSMATCH'] === 7);
      await until('the next one is waited for', () => agent.state === 'waiting');
      bench.simulator.faults.clear();
      bench.clock.jumpWall(jumpMs);
      const cameAt = bench.clock.monotonic();
      const newcomer = new ObservedAgent(bench.hub, bench.clock, {
        idCrm: agent.idCrm,
        owner: 'newcomer',
        server: { url: `ws://127.0.0.1:${bench.proxy.port}`, allowUnauthorizedCerts: true },
      });
      const ready = await newcomer.ready();
      say(`ready ${seconds(ready.at - cameAt)} after it came; a wait of 32 s was due`);
      bench.expectWithin(ready.at - cameAt, { atMost: 2_000 });
    });
  }
});
