import { AccoladesError } from '@accolades-flow/core';
import { ALL_AGENTS } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { FaultBench, SERVER_HOLDS_MS } from '../support/fault-bench.ts';
import { say, seconds } from '../support/report.ts';
import { until } from '../support/until.ts';

/** Pings go out every 20 s and need an answer by the next one, so detection takes 20 s to 40 s. */
const HEARTBEAT = { atLeast: 20_000, atMost: 40_000 };
/** The longest wait between attempts after a network failure, plus the time to connect. */
const NEXT_ATTEMPT_MS = 30_000 + 1_000;
/**
 * How often the server checks for silent clients: a quarter of the time for which it holds them.
 */
const SERVER_SWEEP_MS = SERVER_HOLDS_MS / 4;

describe('A half-open connection', () => {
  const bench = FaultBench.use();

  it('nothing passes either way: found dead, and back when the server gives up the old session', async () => {
    const agent = await bench.readyAgent();
    await bench.faultAndRecover(agent, {
      fault: () => {
        bench.proxy.latest.goHalfOpen('both');
      },
      reason: 'HEARTBEAT_TIMEOUT',
      detected: HEARTBEAT,
      recovered: { atMost: SERVER_HOLDS_MS + SERVER_SWEEP_MS + NEXT_ATTEMPT_MS },
    });
    expect(bench.simulator.statistics.refusals).to.have.property('CONNECTION_EXISTS').that.is.above(0);
    await bench.proveCalls(agent);
  });

  it('nothing comes from the server any more', async () => {
    const agent = await bench.readyAgent();
    await bench.faultAndRecover(agent, {
      fault: () => {
        bench.proxy.latest.goHalfOpen('down');
      },
      reason: 'HEARTBEAT_TIMEOUT',
      detected: HEARTBEAT,
      recovered: { atMost: 5_000 },
    });
    await bench.proveCalls(agent);
  });

  it('nothing reaches the server any more', async () => {
    const agent = await bench.readyAgent();
    await bench.faultAndRecover(agent, {
      fault: () => {
        bench.proxy.latest.goHalfOpen('up');
      },
      reason: 'HEARTBEAT_TIMEOUT',
      detected: HEARTBEAT,
      recovered: { atMost: SERVER_HOLDS_MS + SERVER_SWEEP_MS + NEXT_ATTEMPT_MS },
    });
    await bench.proveCalls(agent);
  });

  it('nothing reaches the server, but its calls still come: no call is thrown away with the connection', async () => {
    bench.simulator.configure({ sessionTimeoutMs: 600_000 });
    const agent = await bench.readyAgent();
    bench.proxy.latest.goHalfOpen('up');
    const placed: string[] = [];
    const end = bench.clock.monotonic() + 90_000;
    while (bench.clock.monotonic() < end) {
      placed.push(...bench.placeCalls(agent));
      await bench.arrived(agent, placed);
      const next = bench.clock.monotonic() + 5_000;
      await until('five seconds pass', () => bench.clock.monotonic() >= next);
    }
    say(`${placed.length} calls in 90 s over a line that carries one way: ${agent.path()}`);
    expect(agent.path()).to.equal('connecting → authenticating → ready');
  });

  it('the server stops reading, so that writes stall', async () => {
    const agent = await bench.readyAgent();
    await bench.faultAndRecover(agent, {
      fault: () => {
        bench.proxy.latest.goHalfOpen('up', 'stall');
      },
      reason: 'HEARTBEAT_TIMEOUT',
      detected: HEARTBEAT,
      recovered: { atMost: SERVER_HOLDS_MS + SERVER_SWEEP_MS + NEXT_ATTEMPT_MS },
    });
    await bench.proveCalls(agent);
  });

  it('the far end of the line is cut behind the server', async () => {
    const agent = await bench.readyAgent();
    await bench.faultAndRecover(agent, {
      fault: () => bench.simulator.dropSession(agent.idCrm, 'halfOpen'),
      reason: 'HEARTBEAT_TIMEOUT',
      detected: HEARTBEAT,
      recovered: { atMost: SERVER_HOLDS_MS + SERVER_SWEEP_MS + NEXT_ATTEMPT_MS },
    });
    await bench.proveCalls(agent);
  });

  it('an outage shorter than the heartbeat costs nothing', async () => {
    const agent = await bench.readyAgent();
    await bench.proveCalls(agent);
    const before = agent.calls;
    bench.proxy.latest.goHalfOpen('both', 'stall');
    const placed = bench.placeCalls(agent, 50);
    const end = bench.clock.monotonic() + 15_000;
    await until('15 s pass', () => bench.clock.monotonic() >= end);
    expect(agent.calls).to.deep.equal(before);
    bench.proxy.latest.up.mode = 'forward';
    bench.proxy.latest.down.mode = 'forward';
    await bench.arrived(agent, [...before, ...placed]);
    expect(agent.path()).to.equal('connecting → authenticating → ready');
  });

  it('a request over a dead connection fails after 10 s and ends it', async () => {
    const agent = await bench.readyAgent();
    let failure: unknown;
    let failedAt = 0;
    let askedAt = 0;
    await bench.faultAndRecover(agent, {
      fault: () => {
        bench.proxy.latest.goHalfOpen('down');
        askedAt = bench.clock.monotonic();
        void agent.subscription.requestVersion().catch((error: unknown) => {
          failure = error;
          failedAt = bench.clock.monotonic();
        });
      },
      reason: 'REQUEST_TIMEOUT',
      detected: { atLeast: 10_000, atMost: 10_000 },
      recovered: { atMost: 5_000 },
    });
    expect(failure).to.be.instanceOf(AccoladesError).with.property('code', 'REQUEST_TIMEOUT');
    say(`the request failed after ${seconds(failedAt - askedAt)}`);
    bench.expectWithin(failedAt - askedAt, { atLeast: 10_000, atMost: 10_000 });
  });

  it('dead during the upgrade', async () => {
    bench.proxy.onConnection = ({ number, down }) => {
      if (number === 1) down.mode = 'swallow';
    };
    const agent = bench.subscribe();
    await bench.faultAndRecover(agent, {
      reason: 'CONNECT_TIMEOUT',
      detected: { atLeast: 15_000, atMost: 15_000 },
      recovered: { atMost: 5_000 },
    });
    await bench.proveCalls(agent);
  });

  it('dead during the authentication', async () => {
    bench.simulator.faults.set(ALL_AGENTS, { authDelayMs: 200 });
    const agent = bench.subscribe();
    const authenticating = await agent.next('authenticating');
    bench.proxy.latest.down.mode = 'swallow';
    await bench.faultAndRecover(agent, {
      since: () => authenticating.at,
      reason: 'AUTH_TIMEOUT',
      detected: { atLeast: 15_000, atMost: 15_000 },
      recovered: { atMost: 5_000 },
    });
    await bench.proveCalls(agent);
  });
});
