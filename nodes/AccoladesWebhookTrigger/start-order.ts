import { OrderedDelivery, type Clock, type DeliveryReport } from '@accolades-flow/core';
import { processEnd, systemClock, type ProcessEnd } from '@accolades-flow/core/node';

/** How many answered requests may wait in a process. Beyond this, workflows start at once. */
export const MAX_WAITING = 2_000;
/** The same limit in bytes of request bodies. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

/** How long n8n may take to save an execution before it is checked, in milliseconds. */
export const MAX_START_MS = 2_000;

/**
 * Answers have priority: each request that arrived meanwhile delays the next start by this, in ms.
 */
export const PAUSE_PER_REQUEST_MS = 50;
export const MAX_PAUSE_MS = 1_000;

/** Call it when n8n is saving the execution. Idempotent. */
export type Started = () => void;

/** An answered request whose workflow is about to start. */
export interface AnsweredRequest {
  readonly bodyBytes: number;
  /** See `OrderedDeliveryOptions.keysOf`. */
  readonly keys: readonly string[];
  /**
   * Starts the workflow.
   * @returns withdraws the request from an n8n that does not save it; undefined: it cannot
   */
  begin(started: Started): (() => void) | undefined;
  /** See `OrderedDeliveryOptions.check`. */
  check(): Promise<unknown> | null;
  /** Logs delivery reports to n8n's log. */
  report(report: DeliveryReport): void;
}

/**
 * Starts the workflows of answered requests in order: one starts when n8n saves the previous one
 * with the same key. So the notifications of one call keep their order, and a burst of requests is
 * answered before n8n is busy with workflows. Accolades hangs up a call whose notification is not
 * answered.
 */
export class StartOrder {
  readonly #end: Pick<ProcessEnd, 'onBegin'>;
  readonly #clock: Clock;
  readonly #delivery: OrderedDelivery<AnsweredRequest>;
  /** Requests since the last start. */
  #requests = 0;
  #isFull = false;
  /** Receives the reports. */
  #latest: AnsweredRequest | null = null;
  #forgetEnd: (() => void) | null = null;

  constructor(end: Pick<ProcessEnd, 'onBegin'> = processEnd(), clock: Clock = systemClock) {
    this.#end = end;
    this.#clock = clock;
    this.#delivery = new OrderedDelivery<AnsweredRequest>({
      clock,
      acknowledgeMs: MAX_START_MS,
      keysOf: ({ keys }) => keys,
      deliver: (request, acknowledge) => {
        this.#requests = 0;
        return request.begin(() => {
          this.#pause(acknowledge);
        });
      },
      check: (request) => request.check(),
      onReport: (report) => this.#latest?.report(report),
      capacity: {
        maxItems: MAX_WAITING,
        maxSize: MAX_WAITING_BYTES,
        sizeOf: ({ bodyBytes }) => bodyBytes,
        onFull: () => {
          this.#isFull = true;
        },
        onRoom: () => {
          this.#isFull = false;
        },
      },
    });
  }

  /** Starts the request's workflow when it is its turn. */
  add(request: AnsweredRequest): void {
    this.#requests++;
    if (this.#isFull) {
      request.begin(() => undefined);
      return;
    }
    this.#latest = request;
    // A process that is ending has no time for ordering.
    this.#forgetEnd ??= this.#end.onBegin(() => {
      this.#forgetEnd = null;
      this.#delivery.flush();
    });
    this.#delivery.add(request);
  }

  #pause(acknowledge: () => void): void {
    const pause = Math.min(Math.max(0, this.#requests - 1) * PAUSE_PER_REQUEST_MS, MAX_PAUSE_MS);
    this.#clock.start(pause, () => {
      acknowledge();
      if (this.#delivery.waiting + this.#delivery.unacknowledged > 0) return;
      this.#latest = null;
      this.#forgetEnd?.();
      this.#forgetEnd = null;
    });
  }
}

/** The order of this process. */
export const startOrder = new StartOrder();
