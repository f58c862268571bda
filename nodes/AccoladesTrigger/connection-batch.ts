import type { AccoladesEvent, Clock, Timer } from '@accolades-flow/core';

/** How long connection events are collected into one execution, in milliseconds. */
export const BATCH_MS = 1_000;
/** How long the events of an activation are collected at most, in milliseconds. */
export const ACTIVATION_BATCH_MS = 30_000;
const MAX_BATCH = 1_000;

/**
 * Collects connection events of several agents. Without batching, publishing a workflow of 300
 * agents would start 300 executions at once, and block n8n for a minute.
 */
export class ConnectionBatch {
  readonly #deliver: (events: readonly AccoladesEvent[]) => void;
  readonly #clock: Clock;
  #events: AccoladesEvent[] = [];
  #timer: Timer | null = null;
  /** Ends the batch of an activation; null: no activation is in progress. */
  #activation: Timer | null = null;
  #closed = false;

  constructor(deliver: (events: readonly AccoladesEvent[]) => void, clock: Clock) {
    this.#deliver = deliver;
    this.#clock = clock;
  }

  /**
   * Collects until all agents have connected or failed, at most for {@link ACTIVATION_BATCH_MS}.
   */
  collectUntil(outcome: Promise<unknown>): void {
    const end = (): void => {
      this.#activation?.stop();
      this.#activation = null;
      if (!this.#closed) this.flush();
    };
    this.#activation = this.#clock.start(ACTIVATION_BATCH_MS, end);
    void outcome.then(end);
  }

  add(event: AccoladesEvent): void {
    this.#events.push(event);
    if (this.#events.length >= MAX_BATCH) this.flush();
    else if (this.#activation === null) this.#startTimer();
  }

  /** Delivers this agent's collected events first, so that a call never overtakes them. */
  flushBefore(event: AccoladesEvent): void {
    if (this.#events.some(({ agent }) => agent.label === event.agent.label)) this.flush();
  }

  flush(): void {
    this.#timer?.stop();
    this.#timer = null;
    const events = this.#events;
    this.#events = [];
    if (events.length > 0) this.#deliver(events);
  }

  /** Stops the timers. @returns the events that were not delivered */
  close(): readonly AccoladesEvent[] {
    this.#closed = true;
    this.#activation?.stop();
    this.#activation = null;
    this.#timer?.stop();
    this.#timer = null;
    return this.#events.splice(0);
  }

  #startTimer(): void {
    if (this.#timer !== null) return;
    this.#timer = this.#clock.start(BATCH_MS, () => {
      this.#timer = null;
      this.flush();
    });
  }
}
