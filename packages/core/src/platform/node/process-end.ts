import type { EventEmitter } from 'node:events';
import { systemClock, type Clock } from '../../time/clock.ts';
import { HostListeners, type HostListener } from './host-listeners.ts';

/** What of `process` is needed. */
export type SignalSource = Pick<
  EventEmitter,
  'on' | 'off' | 'prependListener' | 'listenerCount' | 'listeners' | 'rawListeners'
> & {
  readonly pid: number;
  kill(pid: number, signal: string): boolean;
};

/** How a host is asked to end, and how it does. */
export interface HostEnd {
  readonly signals: readonly string[];
  /** A message of the parent process that asks for the end, too. */
  readonly message?: string;
  /**
   * For a host that stops its flows in its own listener: that runs only when what `onBegin` started
   * is done, after this time at the latest, in milliseconds. Default 0: at once.
   */
  readonly holdMs?: number;
}

/** n8n: waits for the executions that run, so nothing has to be held. */
const N8N_END: HostEnd = { signals: ['SIGTERM', 'SIGINT'] };

/**
 * Node-RED: takes all nodes away in the tick in which it gets one of these. The message is that of
 * PM2 with `--shutdown-with-message`.
 */
export const NODE_RED_END: HostEnd = {
  signals: ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2', 'SIGBREAK'],
  message: 'shutdown',
  holdMs: 1_500,
};

/**
 * Tells that this process was asked to end, before the host shuts down. It listens only while there
 * are users, and ends a process that has no other listener for the signal, as Node.js would have.
 */
export class ProcessEnd {
  readonly #process: SignalSource;
  readonly #clock: Clock;
  readonly #host: HostEnd;
  /** The events that ask for the end, each with the host's own listeners. */
  readonly #held: ReadonlyMap<string, HostListeners>;
  readonly #listeners = new Set<() => unknown>();
  #begun = false;
  /** Lets the host go on; null: it does not wait. */
  #letHostEnd: (() => void) | null = null;

  constructor(source: SignalSource = process, clock: Clock = systemClock, host: HostEnd = N8N_END) {
    this.#process = source;
    this.#clock = clock;
    this.#host = host;
    const events = [...host.signals, ...(host.message === undefined ? [] : ['message'])];
    this.#held = new Map(events.map((event) => [event, new HostListeners(source, event)]));
  }

  /** Whether it was asked to, while there were users. */
  get begun(): boolean {
    return this.#begun;
  }

  /**
   * Calls back once, when the process is asked to end.
   * @param listener a host that is held waits for the promise that it returns
   * @returns removes the listener; idempotent
   */
  onBegin(listener: () => unknown): () => void {
    // One function per call, so that the same listener may be given twice.
    const own = (): unknown => listener();
    if (this.#listeners.size === 0 && !this.#begun) this.#listen();
    this.#listeners.add(own);
    return () => {
      if (this.#listeners.delete(own) && this.#listeners.size === 0 && this.#letHostEnd === null)
        this.#stopListening();
    };
  }

  /** This moment, for {@link graceSince}. */
  moment(): number {
    return this.#clock.monotonic();
  }

  /**
   * Resolves `ms` milliseconds after a moment, at once when that has passed.
   * @param since a {@link moment}; null: there was none
   */
  graceSince(since: number | null, ms: number): Promise<void> {
    const left = since === null ? 0 : since + ms - this.#clock.monotonic();
    if (left <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#clock.start(left, resolve);
    });
  }

  readonly #onSignal = (signal: string, ...more: unknown[]): void => {
    this.#begin(signal, [signal, ...more]);
  };

  readonly #onMessage = (...args: unknown[]): void => {
    if (args[0] === this.#host.message) this.#begin('message', args);
    else this.#held.get('message')?.call(args);
  };

  #begin(event: string, args: readonly unknown[]): void {
    // Asked again: somebody is in a hurry.
    if (this.#letHostEnd !== null) {
      this.#letHostEnd();
      return;
    }
    this.#begun = true;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    const started = listeners.map((listener) => settled(listener));
    const { holdMs = 0 } = this.#host;
    if (holdMs <= 0) {
      this.#endHost(event, args);
      return;
    }
    const timer = this.#clock.start(holdMs, () => this.#letHostEnd?.());
    this.#letHostEnd = () => {
      this.#letHostEnd = null;
      timer.stop();
      this.#endHost(event, args);
    };
    void Promise.all(started).then(() => this.#letHostEnd?.());
  }

  #endHost(event: string, args: readonly unknown[]): void {
    const held = this.#held.get(event);
    const hosts = held === undefined || held.count === 0 ? null : held;
    this.#stopListening(hosts);
    hosts?.restoreAndCall(args);
    // Node.js would have ended the process had nobody listened.
    if (event !== 'message' && hosts === null && this.#process.listenerCount(event) === 0)
      this.#process.kill(this.#process.pid, event);
  }

  #listen(): void {
    for (const [event, held] of this.#held) {
      const own = this.#listenerOf(event);
      // First in line: the host's own listener may be one that is gone once it has run.
      this.#process.prependListener(event, own);
      if ((this.#host.holdMs ?? 0) > 0) held.take(own);
    }
  }

  /** @param except its listeners are put back later */
  #stopListening(except: HostListeners | null = null): void {
    for (const [event, held] of this.#held) {
      if (held !== except) held.restore();
      this.#process.off(event, this.#listenerOf(event));
    }
  }

  #listenerOf(event: string): HostListener {
    return event === 'message' ? this.#onMessage : this.#onSignal;
  }
}

/** Never rejects: one that fails must not keep the others, or the process, from ending. */
async function settled(listener: () => unknown): Promise<void> {
  try {
    await listener();
  } catch {
    // Its owner has nothing left to say.
  }
}

/** The number is the version of the interface, as of the hub's. */
const KEY = Symbol.for('@accolades-flow/core process end 1');

/**
 * That of this process, the same for every separately bundled copy of this library: two that hold
 * the host's listeners would hold each other's.
 * @param host counts the first time
 */
export function processEnd(host: HostEnd = N8N_END): ProcessEndUser {
  const existing: unknown = Reflect.get(globalThis, KEY);
  if (isProcessEnd(existing)) return existing;
  const own = new ProcessEnd(process, systemClock, host);
  Reflect.set(globalThis, KEY, own);
  return own;
}

export type ProcessEndUser = Pick<ProcessEnd, 'begun' | 'onBegin' | 'moment' | 'graceSince'>;

/** Another copy's is no instance of this copy's class. */
function isProcessEnd(value: unknown): value is ProcessEndUser {
  return typeof value === 'object' && value !== null && 'onBegin' in value && 'begun' in value;
}
