import { Hub } from '@accolades-flow/core';
import { nodePlatform } from '@accolades-flow/core/node';
import { ALL_AGENTS, type DropMethod } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { FaultBench } from '../support/fault-bench.ts';
import { ObservedAgent } from '../support/observed-agent.ts';
import { say } from '../support/report.ts';
import { until } from '../support/until.ts';

/** Real milliseconds until the answer is in flight, when the test stalls the connection. */
const ANSWER_DELAY_MS = 150;
const AT_ONCE = { atMost: 1_000 };

describe('A connection that the server ends', () => {
  const bench = FaultBench.use();

  const cases: [DropMethod, string][] = [
    ['connectionClosed', 'CONNECTION_CLOSED'],
    ['connectionClosedOnly', 'CONNECTION_CLOSED'],
    ['close', 'CONNECTION_LOST'],
    ['terminate', 'CONNECTION_LOST'],
  ];
  for (const [how, reason] of cases) {
    it(`by “${how}”, after calls: they all arrive before`, async () => {
      const agent = await bench.readyAgent();
      const placed: string[] = [];
      await bench.faultAndRecover(agent, {
        fault: () => {
          placed.push(...bench.placeCalls(agent, 100));
          bench.simulator.dropSession(agent.idCrm, how);
        },
        reason,
        detected: AT_ONCE,
        recovered: { atMost: 5_000 },
      });
      expect(agent.calls).to.deep.equal(placed);
      await bench.proveCalls(agent);
      expect(bench.proxy.heldByClients).to.equal(1);
    });
  }

  it('by logging the agent out, without a close: known as absent until it logs in again', async () => {
    bench.simulator.faults.set(ALL_AGENTS, { logoutWithoutClose: true });
    const agent = await bench.readyAgent();
    bench.simulator.logout(agent.idCrm);
    const from = agent.passed.length;
    await until(
      'it was refused three times',
      () => bench.simulator.statistics.refusals['ID_NOT_FOUND'] === 3,
    );
    bench.simulator.login(agent.idCrm);
    await agent.ready(from);
    say(agent.path());
    expect(agent.path()).to.equal(
      'connecting → authenticating → ready → waiting(CONNECTION_CLOSED) → ' +
        '3 × [connecting → authenticating → waiting(ID_NOT_FOUND)] → connecting → authenticating → ready',
    );
    const told = agent.events.map((event) => ('reason' in event ? event.reason : event.event));
    expect(told).to.deep.equal([null, 'CONNECTION_CLOSED', null]);
    await bench.proveCalls(agent);
  });
});

describe('A subscription that ends while its session is not ready', () => {
  const bench = FaultBench.use();

  /** Checks what must hold at once, and what must hold soon. */
  async function expectNothingLeft(agent: ObservedAgent): Promise<void> {
    const path = agent.path();
    const { accepted } = bench.proxy;
    agent.subscription.unsubscribe({ removed: true });
    expect(bench.hub.sessionCount).to.equal(0);
    // Without a timer, no later attempt is possible.
    expect(bench.clock.runningTimers).to.equal(0);
    await until('its connection is gone', () => bench.proxy.heldByClients === 0);
    await until('its session is gone', () => bench.simulator.sessions().length === 0);
    expect(agent.path(), 'it hears no more').to.equal(path);
    expect(bench.proxy.accepted).to.equal(accepted);
    say(`ended in: ${path}`);
  }

  it('while it waits for the next attempt', async () => {
    await bench.simulator.stop({ abrupt: true });
    const agent = bench.subscribe();
    await agent.next('waiting');
    await expectNothingLeft(agent);
  });

  for (const [stage, url] of [
    ['the upgrade', 'ws'],
    ['the TLS handshake', 'wss'],
  ] as const) {
    it(`during ${stage}`, async () => {
      bench.proxy.plan = () => ({ mute: true });
      const agent = bench.subscribe(`${url}://127.0.0.1:${bench.proxy.port}`);
      await until('it has asked', () => bench.proxy.accepted === 1 && bench.proxy.latest.up.received > 0);
      await expectNothingLeft(agent);
    });
  }

  it('in the moment that it began to connect', async () => {
    const agent = bench.subscribe();
    expect(agent.state).to.equal('connecting');
    agent.subscription.unsubscribe({ removed: true });
    expect(bench.clock.runningTimers).to.equal(0);
    // A connection that opens late is closed without authenticating.
    await bench.proveCalls(await bench.readyAgent());
    expect(bench.simulator.statistics.connects).to.equal(1);
    expect(bench.proxy.heldByClients).to.equal(1);
    expect(agent.path()).to.equal('connecting');
  });

  it('during the authentication', async () => {
    bench.simulator.faults.set(ALL_AGENTS, { noAuthAnswer: true });
    const agent = bench.subscribe();
    await agent.next('authenticating');
    await expectNothingLeft(agent);
  });

  it('while the answer to the authentication is on its way', async () => {
    bench.simulator.faults.set(ALL_AGENTS, { authDelayMs: ANSWER_DELAY_MS });
    const agent = bench.subscribe();
    await agent.next('authenticating');
    bench.proxy.latest.down.hold();
    await until('the server has a session', () => bench.simulator.sessions().length === 1);
    agent.subscription.unsubscribe({ removed: true });
    bench.proxy.latest.down.release();
    await until('its session is gone', () => bench.simulator.sessions().length === 0);
    expect(bench.clock.runningTimers).to.equal(0);
    expect(agent.path()).to.equal('connecting → authenticating');
  });

  it('while it waits for its turn to connect', async () => {
    const hub = new Hub({ ...nodePlatform, clock: bench.clock, lingerMs: 0, connectsPerSecond: 1 });
    bench.onEnd(() => {
      hub.close();
    });
    const agents = [1, 2, 3].map((n) => {
      bench.simulator.addAgent({ idCrm: `queued-agent-${n}`, name: 'A' });
      return new ObservedAgent(hub, bench.clock, {
        idCrm: `queued-agent-${n}`,
        server: { url: `ws://127.0.0.1:${bench.proxy.port}` },
      });
    });
    const [first, second, third] = agents;
    second?.subscription.unsubscribe({ removed: true });
    await first?.ready();
    await third?.ready();
    expect(bench.proxy.accepted).to.equal(2);
    expect(second?.path()).to.equal('connecting');
    for (const agent of agents) agent.subscription.unsubscribe({ removed: true });
    expect(hub.sessionCount).to.equal(0);
    expect(bench.clock.runningTimers).to.equal(0);
  });

  for (const state of ['connecting', 'authenticating', 'ready', 'waiting'] as const) {
    it(`from within its own listener, told that it is ${state}`, async () => {
      if (state === 'waiting') await bench.simulator.stop({ abrupt: true });
      bench.simulator.addAgent({ idCrm: 'listener-agent', name: 'A' });
      const told: string[] = [];
      let end = (): void => undefined;
      const subscription = bench.hub.subscribe({
        owner: 'one that ends itself',
        agents: [{ label: 'A', idCrm: 'listener-agent' }],
        server: { url: `ws://127.0.0.1:${bench.proxy.port}` },
        onStatus: ({ agents }) => {
          const now = agents[0]?.status.state ?? 'none';
          told.push(now);
          // The first state is reported before `subscribe` returns.
          if (now === state)
            queueMicrotask(() => {
              end();
            });
          if (now === state) end();
        },
      });
      end = () => {
        subscription.unsubscribe({ removed: true });
      };
      await subscription.firstOutcome;
      await until('no session is left', () => bench.hub.sessionCount === 0);
      expect(bench.clock.runningTimers).to.equal(0);
      await until('no connection is left', () => bench.proxy.heldByClients === 0);
      expect(told.at(-1)).to.equal(state);
    });
  }

  it('replaced from within its own listener, while another shares the session: each call once', async () => {
    const other = await bench.readyAgent();
    const got: string[] = [];
    const replace = (): void => {
      const subscription = bench.hub.subscribe({
        owner: 'one that replaces itself',
        agents: [{ label: 'A', idCrm: other.idCrm }],
        server: { url: `ws://127.0.0.1:${bench.proxy.port}`, allowUnauthorizedCerts: true },
        onEvent: (event) => {
          if (!('uniqueId' in event)) return;
          got.push(event.uniqueId);
          subscription.unsubscribe({ removed: true });
          replace();
        },
      });
    };
    replace();
    const placed = bench.placeCalls(other, 20);
    await bench.arrived(other, placed);
    expect(got).to.deep.equal(placed);
  });

  it('the whole hub, with sessions in every state: at once, twice, and usable again', async () => {
    bench.simulator.faults.set(ALL_AGENTS, { authDelayMs: 50 });
    const ready = await bench.readyAgent();
    const authenticating = bench.subscribe();
    await authenticating.next('authenticating');
    const connecting = bench.subscribe();
    const refused = bench.subscribe('ws://127.0.0.1:1');
    await refused.next('waiting');
    say([ready, authenticating, connecting, refused].map(({ state }) => state).join(', '));
    bench.hub.close();
    bench.hub.close();
    expect(bench.hub.sessionCount).to.equal(0);
    expect(bench.clock.runningTimers).to.equal(0);
    await until('no connection is left', () => bench.proxy.heldByClients === 0);
    await bench.proveCalls(await bench.readyAgent());
  });
});
