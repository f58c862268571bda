import type { CallRequest } from '@accolades-flow/simulator';
import type { DemoAgent } from './agents.ts';

/** Repeating scenes after the first call: who calls whom. */
type Scene =
  | { kind: 'incoming' | 'outgoing' | 'queue'; from: 'contact' | 'unknown' }
  | { kind: 'incoming'; from: 'hidden' };

const scenes: readonly Scene[] = [
  { kind: 'incoming', from: 'contact' },
  { kind: 'queue', from: 'contact' },
  { kind: 'outgoing', from: 'contact' },
  { kind: 'incoming', from: 'unknown' },
  { kind: 'queue', from: 'contact' },
  { kind: 'incoming', from: 'contact' },
  { kind: 'outgoing', from: 'unknown' },
  { kind: 'incoming', from: 'hidden' },
];

/** Numbers that no contact has. */
const unknownNumbers = ['0211234599', '0361234588', '+442079460777', '0311234566'];

/** The parts of the simulator that placing calls needs. */
export interface CallTarget {
  placeCall(request: CallRequest): unknown;
  sessions(): readonly unknown[];
  on(event: 'session', listener: () => void): unknown;
  off(event: 'session', listener: () => void): unknown;
}

export interface DemoCallsOptions {
  simulator: CallTarget;
  agents: readonly DemoAgent[];
  /** Numbers of contacts, in E.164. */
  knownNumbers: readonly string[];
  /** The time between two calls, in milliseconds (default 20 000). */
  everyMs?: number;
  /**
   * The time from the first session to the first call, in milliseconds (default 500); the other
   * agents connect meanwhile.
   */
  firstAfterMs?: number;
}

/** Places a first call as soon as a flow is connected, then further calls at intervals. */
export class DemoCalls {
  readonly #options: DemoCallsOptions;
  readonly #onSession = (): void => {
    this.#startWhenHeard();
  };
  #first: NodeJS.Timeout | undefined;
  #interval: NodeJS.Timeout | undefined;
  #placed = 0;
  /** How many calls came from contacts, so that every contact calls in turn. */
  #ofContacts = 0;

  constructor(options: DemoCallsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#options.simulator.on('session', this.#onSession);
    this.#startWhenHeard();
  }

  /** Places the next call now, unless no flow is connected. */
  placeNext(): void {
    const { simulator } = this.#options;
    if (simulator.sessions().length === 0) return;
    simulator.placeCall(this.#request(this.#placed));
    this.#placed += 1;
  }

  /** Stops placing calls. Idempotent. */
  stop(): void {
    this.#options.simulator.off('session', this.#onSession);
    clearTimeout(this.#first);
    clearInterval(this.#interval);
  }

  #startWhenHeard(): void {
    if (this.#first || this.#options.simulator.sessions().length === 0) return;
    this.#first = setTimeout(() => {
      this.placeNext();
      this.#interval = setInterval(() => {
        this.placeNext();
      }, this.#options.everyMs ?? 20_000);
    }, this.#options.firstAfterMs ?? 500);
  }

  #request(index: number): CallRequest {
    const { agents, knownNumbers } = this.#options;
    const scene = itemAt(scenes, index);
    const phoneNumber =
      scene.from === 'hidden'
        ? 'anonymous'
        : scene.from === 'unknown'
          ? itemAt(unknownNumbers, Math.floor(index / scenes.length))
          : asDialled(itemAt(knownNumbers, this.#ofContacts++));
    const agent = itemAt(agents, index).idCrm;
    if (scene.kind === 'queue') {
      // Sometimes all agents ring, sometimes two of them.
      const rung = index % 4 === 1 ? agents : agents.filter(({ idCrm }) => idCrm !== agent);
      return { agents: rung.map(({ idCrm }) => idCrm), phoneNumber, callCenter: true };
    }
    return { agents: agent, direction: scene.kind, phoneNumber, callCenter: false };
  }
}

/** Formats Romanian numbers as a Romanian PBX shows them. */
function asDialled(phone: string): string {
  return phone.replace(/^\+40/, '0');
}

function itemAt<T>(list: readonly T[], index: number): T {
  const item = list[index % list.length];
  if (item === undefined) throw new Error('The list is empty.');
  return item;
}
