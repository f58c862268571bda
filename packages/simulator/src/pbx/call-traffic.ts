import type { AgentInfo } from './agent.ts';
import type { CallRequest, PlacedCall } from './call.ts';

/** The kinds of calls in the traffic. */
export type TrafficKind = 'mixed' | 'incoming' | 'outgoing' | 'queue';

export const TRAFFIC_KINDS: readonly TrafficKind[] = ['mixed', 'incoming', 'outgoing', 'queue'];

/** The parts of the PBX that traffic needs. */
export interface TrafficTarget {
  agents(): AgentInfo[];
  placeCall(request: CallRequest): PlacedCall;
}

/** The highest rate, in calls per minute. */
export const MAX_CALLS_PER_MINUTE = 60_000;

/** At higher rates, each tick places several calls. */
const SHORTEST_TICK_MS = 20;

/** Numbers for demonstrations: Romanian and foreign ones, an extension, and a hidden caller. */
const DEMO_NUMBERS: readonly string[] = [
  '0211234567',
  '0211234568',
  '+40211234569',
  '0040311234567',
  '0361234567',
  '+442079460123',
  '+12025550143',
  '101',
  'anonymous',
];

/** Places calls at a steady rate for logged-in agents. */
export class CallTraffic {
  readonly #target: TrafficTarget;
  readonly #onChange: () => void;
  readonly #random: () => number;
  #timer: NodeJS.Timeout | undefined;
  #callsPerMinute = 0;
  #kind: TrafficKind = 'mixed';
  #owed = 0;
  #lastTick = 0;

  constructor(target: TrafficTarget, onChange: () => void = () => {}, random: () => number = Math.random) {
    this.#target = target;
    this.#onChange = onChange;
    this.#random = random;
  }

  /** Calls per minute; 0 while stopped. */
  get callsPerMinute(): number {
    return this.#callsPerMinute;
  }

  get kind(): TrafficKind {
    return this.#kind;
  }

  /**
   * Starts the traffic, or changes its rate.
   * @param callsPerMinute more than 0, at most 60,000
   * @throws when the rate is out of range
   */
  start(callsPerMinute: number, kind: TrafficKind = 'mixed'): void {
    if (!(callsPerMinute > 0 && callsPerMinute <= MAX_CALLS_PER_MINUTE)) {
      throw new Error(`The rate must be more than 0 and at most ${MAX_CALLS_PER_MINUTE} calls per minute.`);
    }
    if (!TRAFFIC_KINDS.includes(kind)) throw new Error(`Traffic is one of: ${TRAFFIC_KINDS.join(', ')}.`);
    clearInterval(this.#timer);
    this.#callsPerMinute = callsPerMinute;
    this.#kind = kind;
    this.#owed = 0;
    this.#lastTick = performance.now();
    this.#timer = setInterval(
      () => {
        this.#tick();
      },
      Math.max(SHORTEST_TICK_MS, 60_000 / callsPerMinute),
    );
    this.#onChange();
  }

  stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#callsPerMinute = 0;
    this.#onChange();
  }

  #tick(): void {
    const now = performance.now();
    this.#owed += ((now - this.#lastTick) * this.#callsPerMinute) / 60_000;
    this.#lastTick = now;
    // Timers fire slightly early or late; without this margin, a slow rate would lose every other
    // call.
    const count = Math.floor(this.#owed + 0.05);
    if (count <= 0) return;
    this.#owed -= count;
    const agents = this.#target.agents().filter((agent) => agent.loggedIn);
    if (agents.length === 0) return;
    for (let i = 0; i < count; i++) this.#target.placeCall(this.makeCall(this.#kind, agents));
  }

  /** Creates a call for some of these agents. */
  makeCall(wanted: TrafficKind, agents: readonly AgentInfo[]): CallRequest {
    const dice = this.#random();
    const kind = wanted !== 'mixed' ? wanted : dice < 0.5 ? 'queue' : dice < 0.8 ? 'incoming' : 'outgoing';
    const phoneNumber = this.#pick(DEMO_NUMBERS) ?? '0211234567';
    if (kind === 'queue') {
      const first = Math.floor(this.#random() * agents.length);
      const size = 1 + Math.floor(this.#random() * Math.min(3, agents.length));
      const rung = Array.from({ length: size }, (_, i) => agents[(first + i) % agents.length]?.idCrm ?? '');
      return { agents: rung, phoneNumber, callCenter: true };
    }
    const agent = this.#pick(agents)?.idCrm ?? '';
    const callCenter = kind === 'outgoing' && this.#random() < 0.5;
    return { direction: kind, agents: agent, phoneNumber, callCenter };
  }

  #pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.#random() * items.length)];
  }
}
