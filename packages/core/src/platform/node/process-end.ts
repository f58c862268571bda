import type { EventEmitter } from 'node:events';
import type { Clock, Timer } from '../../time/clock.ts';
import { HostListeners, type HostListener } from './host-listeners.ts';
import { processWide } from './process-wide.ts';
import { endClock, systemClock } from './system-clock.ts';

/** The required methods of `process`. */
export type SignalSource = Pick<
  EventEmitter,
  'on' | 'off' | 'prependListener' | 'listenerCount' | 'listeners' | 'rawListeners'
> & {
  readonly pid: number;
  kill(pid: number, signal: string): boolean;
};

/** How a host is asked to shut down, and how it does so. */
export interface HostEnd {
  readonly signals: readonly string[];
  /** A message of the parent process that also asks for the shutdown. */
  readonly message?: string;
  /**
   * For a host that stops its flows in its own listener: delays that listener until the work of
   * `onBegin` is done, for this many milliseconds at most. Default 0: no delay.
   */
  readonly holdMs?: number;
}

/** For a host that finishes its work before it ends. */
const DEFAULT_END: HostEnd = { signals: ['SIGTERM', 'SIGINT'] };

/**
 * If the process still runs after this time, assume that it will not end, in milliseconds. A
 * program with an embedded Node-RED may only read its settings again on SIGHUP. A host that ends
 * has closed all nodes by then.
 */
export const SURVIVED_MS = 60_000;

interface User {
  readonly onBegin: () => unknown;
  readonly onSurvived: (() => void) | undefined;
}

/**
 * Notifies users that the process was asked to end, before the host shuts down. Listens only while
 * there are users. If no other listener exists for the signal, it ends the process, as Node.js
 * would.
 */
export class ProcessEnd {
  readonly #process: SignalSource;
  readonly #clock: Clock;
  /** Its timers keep the process alive. */
  readonly #endClock: Clock;
  readonly #host: HostEnd;
  /** The events that ask for the shutdown, each with the host's listeners. */
  readonly #held: ReadonlyMap<string, HostListeners>;
  readonly #users = new Set<User>();
  #begun = false;
  #survival: Timer | null = null;
  /** Lets the host continue; null when the host is not delayed. */
  #letHostEnd: (() => void) | null = null;

  constructor(
    source: SignalSource = process,
    clock: Clock = systemClock,
    host: HostEnd = DEFAULT_END,
    waitClock: Clock = clock,
  ) {
    this.#endClock = waitClock;
    this.#process = source;
    this.#clock = clock;
    this.#host = host;
    const events = [...host.signals, ...(host.message === undefined ? [] : ['message'])];
    this.#held = new Map(events.map((event) => [event, new HostListeners(source, event)]));
  }

  /** Whether the process was asked to end while there were users. */
  get begun(): boolean {
    return this.#begun;
  }

  /**
   * Calls `onBegin` once, when the process is asked to end.
   * @param onBegin a delayed host waits for the promise that it returns
   * @param onSurvived called when the process goes on after all, {@link SURVIVED_MS} later; from
   *   then on `onBegin` is registered again
   * @returns a function that removes both; idempotent
   */
  onBegin(onBegin: () => unknown, onSurvived?: () => void): () => void {
    const user: User = { onBegin, onSurvived };
    if (this.#users.size === 0 && !this.#begun) this.#listen();
    this.#users.add(user);
    if (this.#begun && this.#letHostEnd === null) this.#awaitSurvival();
    return () => {
      if (!this.#users.delete(user) || this.#users.size > 0) return;
      this.#survival?.stop();
      this.#survival = null;
      if (this.#letHostEnd === null) this.#stopListening();
    };
  }

  /** The current time, for {@link graceSince}. */
  moment(): number {
    return this.#clock.monotonic();
  }

  /**
   * Resolves `ms` milliseconds after a moment, or at once if it has passed.
   * @param since a {@link moment}; null: resolves at once
   */
  graceSince(since: number | null, ms: number): Promise<void> {
    const left = since === null ? 0 : since + ms - this.#clock.monotonic();
    if (left <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#endClock.start(left, resolve);
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
    // A second signal ends the wait.
    if (this.#letHostEnd !== null) {
      this.#letHostEnd();
      return;
    }
    this.#begun = true;
    const users = [...this.#users];
    for (const user of users) if (user.onSurvived === undefined) this.#users.delete(user);
    const started = users.map(({ onBegin }) => settled(onBegin));
    const { holdMs = 0 } = this.#host;
    if (holdMs <= 0) {
      this.#endHost(event, args);
      return;
    }
    const timer = this.#endClock.start(holdMs, () => this.#letHostEnd?.());
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
    // Without our listener, Node.js would have ended the process.
    if (event !== 'message' && hosts === null && this.#process.listenerCount(event) === 0)
      this.#process.kill(this.#process.pid, event);
    this.#awaitSurvival();
  }

  #awaitSurvival(): void {
    if (this.#survival !== null || this.#users.size === 0) return;
    this.#survival = this.#clock.start(SURVIVED_MS, () => {
      this.#survival = null;
      this.#begun = false;
      this.#listen();
      for (const user of [...this.#users]) void settled(() => user.onSurvived?.());
    });
  }

  #listen(): void {
    for (const [event, held] of this.#held) {
      const own = this.#listenerOf(event);
      // Run first: the host's listener may remove itself when it runs.
      this.#process.prependListener(event, own);
      if ((this.#host.holdMs ?? 0) > 0) held.take(own);
    }
  }

  /** @param except not restored here */
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

/** Never rejects: a failing listener must not stop the others or the shutdown. */
async function settled(listener: () => unknown): Promise<void> {
  try {
    await listener();
  } catch {
    // The shutdown continues without this listener.
  }
}

/**
 * Returns the instance of this process. Two instances would remove each other's listeners.
 * @param host used only when the instance is created
 */
export function processEnd(host: HostEnd = DEFAULT_END): ProcessEndUser {
  return processWide<ProcessEndUser>(
    'process end 1',
    ['onBegin', 'moment', 'graceSince'],
    () => new ProcessEnd(process, systemClock, host, endClock),
  );
}

export type ProcessEndUser = Pick<ProcessEnd, 'begun' | 'onBegin' | 'moment' | 'graceSince'>;
