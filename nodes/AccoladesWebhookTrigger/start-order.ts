import { OrderedDelivery, type Clock, type DeliveryReport } from '@accolades-flow/core';
import { processEnd, systemClock, type ProcessEnd } from '@accolades-flow/core/node';

/** How many answered requests may wait in a process; what comes beyond starts at once. */
export const MAX_WAITING = 2_000;
/** The same in bytes of their bodies. */
export const MAX_WAITING_BYTES = 32 * 1024 * 1024;

/** How long n8n may take to save an execution before it is checked, in milliseconds. */
export const MAX_START_MS = 2_000;

/**
 * Answers go first: the next start waits so long for each further request that came meanwhile, in
 * ms.
 */
export const PAUSE_PER_REQUEST_MS = 50;
export const MAX_PAUSE_MS = 1_000;

/** To be called when n8n is saving the execution; idempotent. */
export type Started = () => void;

/** An answered request whose workflow is to start. */
export interface AnsweredRequest {
  readonly bodyBytes: number;
  /** See `OrderedDeliveryOptions.check`. */
  check(): Promise<unknown> | null;
  /** Writes what happens to the starts to n8n's log. */
  report(report: DeliveryReport): void;
}

interface Start {
  readonly request: AnsweredRequest;
  readonly begin: (started: Started) => void;
}

/**
 * * Starts the workflows of answered requests one after the other: the next one when n8n saves the
 * one before. So those of one call start in the order of its notifications, and when many come at
 * once, n8n answers them before it is busy with their workflows. Accolades hangs up a call whose
 * notification is not answered.
 */
export class StartOrder {
  readonly #end: Pick<ProcessEnd, 'onBegin'>;
  readonly #clock: Clock;
  readonly #delivery: OrderedDelivery<Start>;
  /** Requests since the last start. */
  #requests = 0;
  #isFull = false;
  /** Knows where to write. */
  #latest: AnsweredRequest | null = null;
  #forgetEnd: (() => void) | null = null;

  constructor(end: Pick<ProcessEnd, 'onBegin'> = processEnd(), clock: Clock = systemClock) {
    this.#end = end;
    this.#clock = clock;
    this.#delivery = new OrderedDelivery<Start>({
      clock,
      acknowledgeMs: MAX_START_MS,
      keysOf: () => ['start'],
      deliver: ({ begin }, acknowledge) => {
        this.#requests = 0;
        begin(() => {
          this.#pause(acknowledge);
        });
        return undefined;
      },
      check: ({ request }) => request.check(),
      onReport: (report) => this.#latest?.report(report),
      capacity: {
        maxItems: MAX_WAITING,
        maxSize: MAX_WAITING_BYTES,
        sizeOf: ({ request }) => request.bodyBytes,
        onFull: () => {
          this.#isFull = true;
        },
        onRoom: () => {
          this.#isFull = false;
        },
      },
    });
  }

  /** Resolves when the workflow of a request may start. */
  turn(request: AnsweredRequest): Promise<Started> {
    this.#requests++;
    if (this.#isFull) return Promise.resolve(() => undefined);
    this.#latest = request;
    return new Promise((resolve) => {
      // A process that ends has no time left for turns.
      this.#forgetEnd ??= this.#end.onBegin(() => {
        this.#forgetEnd = null;
        this.#delivery.flush();
      });
      this.#delivery.add({ request, begin: resolve });
    });
  }

  #pause(acknowledge: () => void): void {
    const pause = Math.min(Math.max(0, this.#requests - 1) * PAUSE_PER_REQUEST_MS, MAX_PAUSE_MS);
    const timer = this.#clock.start(pause, () => {
      acknowledge();
      if (this.#delivery.waiting + this.#delivery.unacknowledged > 0) return;
      this.#latest = null;
      this.#forgetEnd?.();
      this.#forgetEnd = null;
    });
    timer.unref();
  }
}
