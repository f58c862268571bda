import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Hub } from '@accolades-flow/core';
import { nodePlatform } from '@accolades-flow/core/node';
import { createSimulator, type Simulator, type SimulatorOptions } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { FastClock } from './fast-clock.ts';
import { FaultProxy } from './fault-proxy.ts';
import { ObservedAgent } from './observed-agent.ts';
import { ProcessWatch } from './process-watch.ts';
import { say, seconds } from './report.ts';
import { until } from './until.ts';

/** The speed of the sessions' clock relative to real time. */
export const SPEED = 25;
/**
 * After a late wake-up, a deadline extends by this, in session milliseconds (core's
 * `startDeadline`).
 */
const GRACE_MS = 1_000;
/** How late timers of the operating system and of Node may be, in real milliseconds. */
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
 * A simulator, a fault-injecting proxy in front of it and a hub on a fast clock, new for each test
 * of the enclosing `describe`. After each test everything is released, and nothing may be left: no
 * socket, timer or listener, and no session on the server.
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

  /** Call it inside `describe`. */
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

  /** Adds a cleanup after the test, before the check that nothing is left. */
  onEnd(cleanup: () => unknown): void {
    this.#cleanups.push(cleanup);
  }

  /** Adds an agent to the simulator and subscribes it through the proxy, or at another address. */
  subscribe(url = `ws://127.0.0.1:${this.proxy.port}`): ObservedAgent {
    const idCrm = `fault-agent-${++this.#agents}`;
    this.simulator.addAgent({ idCrm, name: 'A' });
    return new ObservedAgent(this.hub, this.clock, { idCrm, server: { url, allowUnauthorizedCerts: true } });
  }

  async readyAgent(): Promise<ObservedAgent> {
    const agent = this.subscribe();
    await agent.ready();
    // Shares the answer to the request that the session itself sends first.
    await agent.subscription.requestConfiguration();
    return agent;
  }

  /**
   * Places calls.
   * @returns their `uniqueId`s
   * @throws when the server has no session for them
   */
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

  /**
   * Checks that the session works: new calls arrive, each once, in order, after the earlier ones.
   */
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
   * Injects a fault into a session, and measures the time until detection and, after `repair`,
   * until the session is ready again.
   * @param options.since the start of the detection time in session milliseconds; default: the
   * fault
   */
  async faultAndRecover(
    agent: ObservedAgent,
    options: {
      readonly fault?: () => unknown;
      readonly reason: string;
      readonly detected: Bounds;
      readonly recovered: Bounds;
      readonly since?: () => number;
      /** Called when the fault was detected. */
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

  /** Asserts bounds, allowing for late timers on this machine. */
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
    this.#hub = new Hub({ ...nodePlatform, clock: this.#clock, lingerMs: 0, random: () => 0.5 });
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
