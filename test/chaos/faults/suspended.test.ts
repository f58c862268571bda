import { setTimeout as delay } from 'node:timers/promises';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { Child } from '../support/child.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { ProcessWatch } from '../support/process-watch.ts';
import { say } from '../support/report.ts';
import { until } from '../support/until.ts';
import { readClientMessage, type ClientMessage } from './suspended-messages.ts';

const SPEED = 25;
/** For tests with a deadline, so that a busy machine does not miss it. */
const SLOW_SPEED = 10;
const HEARTBEAT_MS = 20_000;
/** How long a suspended process sleeps in its own time: longer than a heartbeat and its answer. */
const LONG_SLEEP_MS = 50_000;

/** A process with sessions that tests suspend. */
class SleepyClient {
  readonly simulator: Simulator;
  readonly proxy: FaultProxy;
  readonly agents: readonly string[];
  readonly #child: Child<ClientMessage>;
  readonly #placed = new Map<string, string[]>();
  #calls = 0;

  static async start(options: {
    readonly agents: number;
    readonly speed?: number;
    /** Between two subscriptions, in real milliseconds, so that their heartbeats are spread. */
    readonly intervalMs?: number;
    readonly prepare?: (simulator: Simulator, proxy: FaultProxy) => void;
    readonly sessionTimeoutMs?: number;
  }): Promise<SleepyClient> {
    const simulator = await createSimulator({ sessionTimeoutMs: options.sessionTimeoutMs ?? 300_000 });
    const proxy = await FaultProxy.listen(simulator);
    options.prepare?.(simulator, proxy);
    return new SleepyClient(simulator, proxy, options);
  }

  private constructor(
    simulator: Simulator,
    proxy: FaultProxy,
    options: { readonly agents: number; readonly speed?: number; readonly intervalMs?: number },
  ) {
    this.simulator = simulator;
    this.proxy = proxy;
    this.agents = Array.from({ length: options.agents }, (_, n) => `sleepy-agent-${n}`);
    for (const idCrm of this.agents) simulator.addAgent({ idCrm, name: 'A' });
    const { speed = SPEED, intervalMs = 0 } = options;
    this.#child = new Child(
      './suspended-client.ts',
      import.meta.url,
      [`ws://127.0.0.1:${proxy.port}`, String(speed), String(intervalMs), ...this.agents],
      readClientMessage,
    );
  }

  suspend(): void {
    this.#child.suspend();
  }

  resume(): void {
    this.#child.resume();
  }

  /** The states of one agent. */
  path(agent: string): string {
    return this.#child.messages
      .flatMap((message) => (message.kind === 'state' && message.agent === agent ? [message.state] : []))
      .join(' → ');
  }

  /** The distinct paths, with the number of agents on each. */
  paths(): string {
    const counts = new Map<string, number>();
    for (const agent of this.agents) {
      const path = this.path(agent);
      counts.set(path, (counts.get(path) ?? 0) + 1);
    }
    return [...counts].map(([path, count]) => `${count} × ${path}`).join('; ');
  }

  async allReady(): Promise<void> {
    await until(
      'all sessions are ready',
      () => this.agents.every((agent) => this.path(agent).endsWith('ready')),
      60_000,
      () => this.paths(),
    );
  }

  placeCalls(each: number): void {
    for (const agent of this.agents) {
      for (let n = 0; n < each; n++) {
        const uniqueId = `1700000000.${++this.#calls}`;
        const { delivered } = this.simulator.placeCall({
          agents: agent,
          phoneNumber: '0211234567',
          uniqueId,
        });
        if (delivered.length === 0) throw new Error('The server has no session for the call.');
        const placed = this.#placed.get(agent) ?? [];
        placed.push(uniqueId);
        this.#placed.set(agent, placed);
      }
    }
  }

  get callsPlaced(): number {
    return this.#calls;
  }

  /**
   * Waits for all placed calls. Checks that each arrived once, in order, and without hidden errors.
   */
  async allArrived(): Promise<void> {
    await until(
      'all calls arrive',
      () => this.#child.messages.filter(({ kind }) => kind === 'call').length >= this.#calls,
      20_000,
      () => this.paths(),
    );
    for (const agent of this.agents) {
      const arrived = this.#child.messages.flatMap((message) =>
        message.kind === 'call' && message.agent === agent ? [message.uniqueId] : [],
      );
      expect(arrived).to.deep.equal(this.#placed.get(agent) ?? []);
    }
    expect(this.#child.messages.filter(({ kind }) => kind === 'failure')).to.deep.equal([]);
  }

  async close(): Promise<void> {
    await this.#child.kill();
    await this.proxy.close();
    await this.simulator.close();
  }
}

/** Real milliseconds for milliseconds of the suspended process's clock. */
const real = (ms: number, speed = SPEED): number => ms / speed;

describe('A suspended process (SIGSTOP, SIGCONT)', () => {
  const watch = new ProcessWatch();
  const clients: SleepyClient[] = [];

  async function start(options: Parameters<typeof SleepyClient.start>[0]): Promise<SleepyClient> {
    const client = await SleepyClient.start(options);
    clients.push(client);
    return client;
  }

  beforeEach(() => watch.begin());

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await watch.end();
  });

  it('wakes with its sessions alive and gets every call, whatever a heartbeat was doing', async () => {
    const agents = 20;
    const client = await start({ agents, intervalMs: real(HEARTBEAT_MS) / agents });
    await client.allReady();
    // A second sleep that starts soon after the first meets deadlines that are in their grace.
    for (const [sleepMs, awakeMs] of [
      [LONG_SLEEP_MS, 500],
      [LONG_SLEEP_MS, 0],
      [30_000, 7_000],
      [30_000, 13_000],
      [LONG_SLEEP_MS, 30_000],
    ] as const) {
      client.suspend();
      client.placeCalls(25);
      await delay(real(sleepMs) / 2);
      client.placeCalls(25);
      await delay(real(sleepMs) / 2);
      client.resume();
      await delay(real(awakeMs));
    }
    await client.allArrived();
    say(`${client.callsPlaced} calls to ${agents} sessions through 5 sleeps; ${client.paths()}`);
    expect(client.paths()).to.equal(`${agents} × connecting → authenticating → ready`);
  });

  it('is answered while it sleeps: the answer to the authentication counts', async () => {
    const client = await start({
      agents: 5,
      speed: SLOW_SPEED,
      prepare: (simulator) => {
        simulator.faults.set('*', { authDelayMs: 500 });
      },
    });
    await until(
      'all have asked',
      () => client.agents.every((agent) => client.path(agent).endsWith('authenticating')),
      20_000,
    );
    client.suspend();
    await until('the server has answered', () => client.simulator.sessions().length === 5);
    await delay(real(20_000, SLOW_SPEED));
    client.placeCalls(10);
    client.resume();
    await client.allReady();
    await client.allArrived();
    say(client.paths());
    expect(client.paths()).to.equal('5 × connecting → authenticating → ready');
  });

  it('is connected while it sleeps: the answer to the upgrade counts', async () => {
    const client = await start({
      agents: 5,
      speed: SLOW_SPEED,
      prepare: (_, proxy) => {
        proxy.onConnection = ({ down }) => {
          down.hold();
        };
      },
    });
    await until('all have asked', () => client.proxy.accepted === 5, 20_000);
    await until('all are answered', () =>
      [...client.proxy.connections].every(({ down }) => down.waiting > 0),
    );
    client.suspend();
    for (const { down } of client.proxy.connections) down.release();
    await delay(real(20_000, SLOW_SPEED));
    client.resume();
    await client.allReady();
    client.placeCalls(10);
    await client.allArrived();
    say(client.paths());
    expect(client.paths()).to.equal('5 × connecting → authenticating → ready');
  });

  it('finds a line that died while it slept', async () => {
    const client = await start({ agents: 5 });
    await client.allReady();
    client.suspend();
    for (const connection of client.proxy.connections) connection.goHalfOpen('down');
    await delay(real(LONG_SLEEP_MS));
    client.resume();
    const awakeAt = performance.now();
    await until('all have noticed', () =>
      client.agents.every((agent) => client.path(agent).includes('waiting')),
    );
    const noticedMs = (performance.now() - awakeAt) * SPEED;
    await client.allReady();
    client.placeCalls(3);
    await client.allArrived();
    say(`noticed ${(noticedMs / 1000).toFixed(1)} s after waking (at most 40 s); ${client.paths()}`);
    expect(noticedMs).to.be.below(40_000 + 5_000);
  });

  it('is given up by the server while it sleeps: back as soon as it wakes', async () => {
    const client = await start({ agents: 5, sessionTimeoutMs: real(30_000) });
    await client.allReady();
    client.suspend();
    await until('the server has given up', () => client.simulator.sessions().length === 0);
    client.resume();
    const awakeAt = performance.now();
    await until('all are back', () => client.simulator.sessions().length === 5);
    await client.allReady();
    say(
      `back ${(((performance.now() - awakeAt) * SPEED) / 1000).toFixed(1)} s after waking; ${client.paths()}`,
    );
    client.placeCalls(3);
    await client.allArrived();
  });

  it('on the real clock, for 31 s', async () => {
    const agents = 10;
    const client = await start({ agents, speed: 1, intervalMs: 200 });
    await client.allReady();
    client.suspend();
    for (let n = 0; n < 10; n++) {
      client.placeCalls(10);
      await delay(3_100);
    }
    client.resume();
    await client.allArrived();
    // After the grace of everything that was due meanwhile.
    await delay(2_000);
    client.placeCalls(1);
    await client.allArrived();
    say(`${client.callsPlaced} calls to ${agents} sessions; ${client.paths()}`);
    expect(client.paths()).to.equal(`${agents} × connecting → authenticating → ready`);
  });
});
