import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Hub } from '@accolades-flow/core';
import { createSimulator, type Simulator, type SimulatorOptions } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { FastClock } from './fast-clock.ts';
import { FaultProxy } from './fault-proxy.ts';
import { ObservedAgent } from './observed-agent.ts';
import { ProcessWatch } from './process-watch.ts';
import { say, seconds } from './report.ts';
import { until } from './until.ts';

/** How much faster than the real one the clock of the sessions runs. */
export const SPEED = 25;
/** After waking up late, a deadline gives the peer this much more, in session milliseconds (core's `startDeadline`). */
const GRACE_MS = 1_000;
/** What timers of the operating system and of Node may be late, in real milliseconds. */
const TIMER_SLACK_MS = 60;
/** How long the server holds the session of a silent client, in session milliseconds. */
export const SERVER_HOLDS_MS = 60_000;

/** The bounds of a measured time, in session milliseconds. */
export interface Bounds {
  readonly atLeast?: number;
  readonly atMost: number;
}

export interface FaultResult {
  readonly detectedMs: number;
  readonly recoveredMs: number;
}

/**
 * A simulator, a fault-injecting proxy before it and a hub on a fast clock, new for each test of the enclosing `describe`. After
 * each test everything is given back, and nothing may be left of it: no socket, timer or listener, no session on the server.
 */
export class FaultBench {
  #clock = new FastClock(SPEED);
  #hub: Hub | null = null;
  #simulator: Simulator | null = null;
  #proxy: FaultProxy | null = null;
  readonly #watch = new ProcessWatch();
  readonly #lag = monitorEventLoopDelay({ resolution: 1 });
  readonly #cleanups: (() => unknown)[] = [];
  #agents = 0;
  #calls = 0;

  /** To be called inside `describe`. */
  static use(options: SimulatorOptions = {}): FaultBench {
    const bench = new FaultBench();
    beforeEach(() => bench.#begin(options));
    afterEach(() => bench.#end());
    return bench;
  }

  get clock(): FastClock {
    return this.#clock;
  }

  get hub(): Hub {
    return present(this.#hub);
  }

  get simulator(): Simulator {
    return present(this.#simulator);
  }

  get proxy(): FaultProxy {
    return present(this.#proxy);
  }

  /** Also undone after the test, before the check that nothing is left. */
  onEnd(cleanup: () => unknown): void {
    this.#cleanups.push(cleanup);
  }

  /** A new agent of the simulator, subscribed through the proxy or at another address. */
  subscribe(url = `ws://127.0.0.1:${this.proxy.port}`): ObservedAgent {
    const idCrm = `fault-agent-${++this.#agents}`;
    this.simulator.addAgent({ idCrm, name: 'A' });
    return new ObservedAgent(this.hub, this.clock, { idCrm, server: { url, allowUnauthorizedCerts: true } });
  }

  async readyAgent(): Promise<ObservedAgent> {
    const agent = this.subscribe();
    await agent.ready();
    // Shares the answer to the question that the session itself asks first.
    await agent.subscription.requestConfiguration();
    return agent;
  }

  /** Places calls; @returns their `uniqueId`s. @throws when the server has no session that could take them */
  placeCalls(agent: ObservedAgent, count = 1): string[] {
    return Array.from({ length: count }, () => {
      const call = this.simulator.placeCall({
        agents: agent.idCrm,
        phoneNumber: '0211234567',
        uniqueId: `1700000000.${++this.#calls}`,
      });
      if (call.delivered.length === 0) throw new Error('The server has no session for the call.');
      return call.uniqueId;
    });
  }

  /** Proves that the session works: calls placed now arrive, each once, in order, after those that `agent` had. */
  async proveCalls(agent: ObservedAgent, count = 3): Promise<void> {
    const before = agent.calls;
    const placed = this.placeCalls(agent, count);
    await this.arrived(agent, [...before, ...placed]);
  }

  /** Waits until exactly these calls have arrived, in this order. */
  async arrived(agent: ObservedAgent, calls: readonly string[]): Promise<void> {
    await until(
      'all calls arrive',
      () => agent.calls.length >= calls.length,
      10_000,
      () => `${agent.calls.length} of ${calls.length} did. Passed: ${agent.path()}`,
    );
    expect(agent.calls).to.deep.equal(calls);
  }

  /**
   * Injects a fault into a session and measures how long it takes to notice and, after `repair`, to be ready again.
   * @param options.since from when detection counts, if not from the fault, in session milliseconds
   */
  async faultAndRecover(
    agent: ObservedAgent,
    options: {
      readonly fault?: () => unknown;
      readonly reason: string;
      readonly detected: Bounds;
      readonly recovered: Bounds;
      readonly since?: () => number;
      /** Called once the fault has been noticed. */
      readonly repair?: () => unknown;
    },
  ): Promise<FaultResult> {
    const from = agent.passed.length;
    const faultAt = this.clock.monotonic();
    options.fault?.();
    const waiting = await agent.next('waiting', from);
    const since = options.since?.() ?? faultAt;
    options.repair?.();
    const repairedAt = this.clock.monotonic();
    const ready = await agent.ready(agent.passed.indexOf(waiting));
    const result = { detectedMs: waiting.at - since, recoveredMs: ready.at - repairedAt };
    say(agent.path(Math.max(0, from - 1)));
    say(
      `detected after ${seconds(result.detectedMs)} (at most ${seconds(options.detected.atMost)}), ` +
        `recovered ${seconds(result.recoveredMs)} later (at most ${seconds(options.recovered.atMost)})`,
    );
    expect(waiting.reason).to.equal(options.reason);
    this.expectWithin(result.detectedMs, options.detected);
    this.expectWithin(result.recoveredMs, options.recovered);
    return result;
  }

  /** Asserts bounds, with what this machine's timers were late. */
  expectWithin(measuredMs: number, { atLeast = 0, atMost }: Bounds): void {
    const slackMs = (TIMER_SLACK_MS + this.#lag.max / 1e6) * SPEED;
    expect(measuredMs).to.be.at.most(atMost + GRACE_MS + slackMs);
    expect(measuredMs).to.be.at.least(atLeast - slackMs);
  }

  async #begin(options: SimulatorOptions): Promise<void> {
    await this.#watch.begin();
    this.#lag.reset();
    this.#lag.enable();
    this.#clock = new FastClock(SPEED);
    this.#simulator = await createSimulator({ sessionTimeoutMs: SERVER_HOLDS_MS / SPEED, ...options });
    this.#proxy = await FaultProxy.listen(this.#simulator);
    this.#hub = new Hub({ clock: this.#clock, lingerMs: 0, random: () => 0.5 });
  }

  async #end(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0)) await cleanup();
    this.hub.close();
    expect(this.hub.sessionCount).to.equal(0);
    expect(this.clock.runningTimers, 'timers of the sessions').to.equal(0);
    await this.proxy.close();
    const { maxSessionsPerAgent } = this.simulator.statistics;
    await this.simulator.close();
    this.#lag.disable();
    await this.#watch.end();
    expect(maxSessionsPerAgent).to.be.at.most(1);
  }
}

function present<T>(value: T | null): T {
  if (value === null) throw new Error('Only there during a test.');
  return value;
}
