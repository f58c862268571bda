import type { Clock, Timer } from '@accolades-flow/core';
import { processEnd, systemClock, type ProcessEnd } from '@accolades-flow/core/node';

/** How many answered requests may wait for the start of their workflow in a process; what comes beyond starts at once. */
export const MAX_WAITING = 2_000;

/** How long n8n has to write a workflow that was started before the next one no longer waits for it, in milliseconds. */
export const MAX_START_MS = 2_000;

/** How long the next start waits for each request but the first that came during the one before, in milliseconds: answers go first. */
export const PAUSE_PER_REQUEST_MS = 50;
export const MAX_PAUSE_MS = 1_000;

/** To be called when n8n has written the workflow that was started; idempotent. */
export type Started = () => void;

type Start = (started: Started) => void;

/**
 * Lets the workflows of answered requests start one after the other: each one when n8n has written the one before. So those of one
 * call start in the order in which its notifications came; and when many come at once, n8n answers them before it is busy with their
 * workflows. Accolades hangs up a call whose notification is not answered, while a workflow may run some seconds later.
 */
export class StartOrder {
  readonly #end: Pick<ProcessEnd, 'onBegin'>;
  readonly #clock: Clock;
  #waiting: Start[] = [];
  /** Requests since the last start. */
  #requests = 0;
  /** Bounds the start that goes on, or the pause after it; null: neither does. */
  #timer: Timer | null = null;
  #forgetEnd: (() => void) | null = null;

  constructor(end: Pick<ProcessEnd, 'onBegin'> = processEnd(), clock: Clock = systemClock) {
    this.#end = end;
    this.#clock = clock;
  }

  /** Resolves when it is this one's turn to start. */
  turn(): Promise<Started> {
    this.#requests++;
    if (this.#waiting.length >= MAX_WAITING) return Promise.resolve(() => undefined);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      // A process that ends has no time left for turns.
      this.#forgetEnd ??= this.#end.onBegin(() => {
        this.#forgetEnd = null;
        this.#startAll();
      });
      if (this.#timer === null) this.#startNext();
    });
  }

  #startNext(): void {
    this.#timer = null;
    const start = this.#waiting.shift();
    if (start === undefined) {
      this.#forgetEnd?.();
      this.#forgetEnd = null;
      return;
    }
    this.#requests = 0;
    const timer = this.#clock.start(MAX_START_MS, () => {
      this.#startNext();
    });
    this.#timer = timer;
    start(() => {
      if (this.#timer !== timer) return;
      timer.stop();
      const pause = Math.min(Math.max(0, this.#requests - 1) * PAUSE_PER_REQUEST_MS, MAX_PAUSE_MS);
      this.#timer = this.#clock.start(pause, () => {
        this.#startNext();
      });
    });
  }

  #startAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const start of waiting) start(() => undefined);
  }
}
