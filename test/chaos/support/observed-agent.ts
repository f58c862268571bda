import type { AccoladesEvent, Hub, ServerOptions, SessionStatus, Subscription } from '@accolades-flow/core';
import { until } from './until.ts';

/** A state that a session passed through. */
export interface Passed {
  readonly state: SessionStatus['state'];
  /** The error code of `waiting` and `closed`. */
  readonly reason: string | null;
  /** Milliseconds of the session's clock. */
  readonly at: number;
}

/** Measures session milliseconds, unaffected by wall clock changes. */
interface Stopwatch {
  readonly speed: number;
  monotonic(): number;
}

export interface ObservedAgentOptions {
  readonly idCrm: string;
  readonly owner?: string;
  readonly server: ServerOptions;
}

/** A subscription of one agent that records everything. */
export class ObservedAgent {
  readonly idCrm: string;
  readonly passed: Passed[] = [];
  readonly events: AccoladesEvent[] = [];
  readonly reports: string[] = [];
  readonly subscription: Subscription;
  readonly #clock: Stopwatch;

  constructor(hub: Pick<Hub, 'subscribe'>, clock: Stopwatch, options: ObservedAgentOptions) {
    this.idCrm = options.idCrm;
    this.#clock = clock;
    this.subscription = hub.subscribe({
      owner: options.owner ?? `owner of ${options.idCrm}`,
      agents: [{ label: options.idCrm, idCrm: options.idCrm }],
      server: options.server,
      filter: { events: ['incomingCall', 'outgoingCall', 'agentConnected', 'agentDisconnected'] },
      onEvent: (event) => this.events.push(event),
      onStatus: (status) => {
        const [agent] = status.agents;
        if (agent !== undefined) this.#pass(agent.status);
      },
      onReport: ({ kind, text }) => this.reports.push(`${kind}: ${text}`),
    });
  }

  get state(): SessionStatus['state'] | 'none' {
    return this.subscription.status.agents[0]?.status.state ?? 'none';
  }

  /** The `uniqueId`s of the calls that arrived, in order. */
  get calls(): string[] {
    return this.events.flatMap((event) => ('uniqueId' in event ? [event.uniqueId] : []));
  }

  /**
   * The path as text: `connecting → authenticating → ready → waiting(HEARTBEAT_TIMEOUT) →
   * 3 × [connecting → …] → …`
   */
  path(from = 0): string {
    const states = this.passed
      .slice(from)
      .map(({ state, reason }) => (reason === null ? state : `${state}(${reason})`));
    // Equal failed attempts in a row are only counted.
    const attempts = states
      .join(' → ')
      .split(/ → (?=connecting)/)
      .reduce<{ text: string; times: number }[]>((list, text) => {
        const last = list.at(-1);
        if (last?.text === text) last.times++;
        else list.push({ text, times: 1 });
        return list;
      }, []);
    return attempts.map(({ text, times }) => (times === 1 ? text : `${times} × [${text}]`)).join(' → ');
  }

  /**
   * Waits for the next time that the session enters a state, starting with the `from`-th state.
   * @param withinMs of the session clock; generous, because the returned time is the measurement
   */
  async next(state: SessionStatus['state'], from = 0, withinMs = 300_000): Promise<Passed> {
    const find = (): Passed | undefined => this.passed.slice(from).find((passed) => passed.state === state);
    await until(
      `${this.idCrm} is ${state}`,
      () => find() !== undefined,
      Math.max(5_000, withinMs / this.#clock.speed),
      () => `Passed: ${this.path()}`,
    );
    const passed = find();
    if (passed === undefined) throw new Error('unreachable');
    return passed;
  }

  async ready(from = 0): Promise<Passed> {
    return this.next('ready', from);
  }

  #pass(status: SessionStatus): void {
    const reason = 'reason' in status ? status.reason.code : null;
    this.passed.push({ state: status.state, reason, at: this.#clock.monotonic() });
  }
}
