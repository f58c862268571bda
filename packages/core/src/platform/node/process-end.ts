import type { EventEmitter } from 'node:events';
import { systemClock, type Clock } from '../../time/clock.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** What of `process` is needed. */
export type SignalSource = Pick<EventEmitter, 'prependListener' | 'off' | 'listenerCount'> & {
  readonly pid: number;
  kill(pid: number, signal: string): boolean;
};

/**
 * Tells that this process was asked to end (SIGTERM or SIGINT), before the host begins to take itself apart. It listens only while
 * somebody wants to know, and never keeps a process alive that has no other plan for the signal.
 */
export class ProcessEnd {
  readonly #process: SignalSource;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #begun = false;

  constructor(source: SignalSource = process, clock: Clock = systemClock) {
    this.#process = source;
    this.#clock = clock;
  }

  /** Whether it was asked to, while somebody wanted to know. */
  get begun(): boolean {
    return this.#begun;
  }

  /**
   * Calls back once, when the process is asked to end.
   * @returns takes the listener away; idempotent
   */
  onBegin(listener: () => void): () => void {
    // One function per call, so that the same listener may be given twice.
    const own = (): void => {
      listener();
    };
    if (this.#listeners.size === 0) {
      // First in line: the host's own listener may be one that is gone once it has run.
      for (const signal of SIGNALS) this.#process.prependListener(signal, this.#onSignal);
    }
    this.#listeners.add(own);
    return () => {
      if (this.#listeners.delete(own) && this.#listeners.size === 0) this.#stopListening();
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

  readonly #onSignal = (signal: string): void => {
    this.#begun = true;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    this.#stopListening();
    for (const listener of listeners) {
      try {
        listener();
      } catch {
        // The others must hear of it all the same, and the process must end.
      }
    }
    // Node would have ended the process had nobody listened.
    if (this.#process.listenerCount(signal) === 0) this.#process.kill(this.#process.pid, signal);
  };

  #stopListening(): void {
    for (const signal of SIGNALS) this.#process.off(signal, this.#onSignal);
  }
}

let own: ProcessEnd | undefined;

/** That of this process. */
export function processEnd(): ProcessEnd {
  own ??= new ProcessEnd();
  return own;
}
