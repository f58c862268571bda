import { BoundedQueue } from '../delivery/bounded-queue.ts';
import type { Clock, Timer } from '../time/clock.ts';
import type { CallNotification } from '../webhook/notification.ts';
import { missedCallOf, type AgentOfPhone } from './build-record.ts';
import { CallTracker, type OutcomeReport } from './call-tracker.ts';
import type { CallRecord, CallSighting, DialledCall, OutcomeStatus } from './contract.ts';
import type { CloseOutcomesOptions, OutcomeChoice, OutcomeOptions, Outcomes } from './outcomes.ts';

/** Records held for an owner that is away or paused. Older ones are dropped and reported. */
export const MAX_HELD_RECORDS = 1_000;
/** What the held records may hold, in characters of JSON. */
const MAX_HELD_CHARS = 16 * 1024 * 1024;
/** How long the memory outlives its owner, in milliseconds: a redeploy lets nodes take 15 s. */
const DEFAULT_LINGER_MS = 20_000;

export interface EndpointOutcomesOptions {
  readonly clock: Clock;
  readonly agentOf: AgentOfPhone;
  /** The memory has ended: no owner will come back. */
  readonly onEnded: () => void;
}

interface Held {
  readonly record: CallRecord;
  /** True: the chosen events have not been derived from it yet. */
  readonly isNew: boolean;
}

/**
 * What became of the calls of one endpoint: its memory outlives the owner's redeploys, and records
 * made meanwhile wait for the next owner.
 */
export class EndpointOutcomes {
  readonly #options: EndpointOutcomesOptions;
  readonly #tracker: CallTracker;
  readonly #held = new BoundedQueue<Held>({
    maxItems: MAX_HELD_RECORDS,
    maxSize: MAX_HELD_CHARS,
    sizeOf: ({ record }) => JSON.stringify(record).length,
  });
  #active: ActiveOutcomes | null = null;
  /** The owner that left last: it reports what is dropped after its end. */
  #last: ActiveOutcomes | null = null;
  #lingerTimer: Timer | null = null;
  #hasEnded = false;

  constructor(options: EndpointOutcomesOptions) {
    this.#options = options;
    this.#tracker = new CallTracker({
      clock: options.clock,
      agentOf: options.agentOf,
      onRecord: (record) => {
        this.#held.push({ record, isNew: true });
        this.flush();
      },
      onReport: (report) => {
        this.#active?.report(report);
      },
    });
  }

  get status(): OutcomeStatus {
    return this.#tracker.status;
  }

  get heldCount(): number {
    return this.#held.length;
  }

  /** Begins an owner's time, in place of the one before. */
  activate(options: OutcomeOptions): Outcomes {
    this.#stopLinger();
    const active = new ActiveOutcomes(this, options);
    this.#active = active;
    this.#last = null;
    this.#tracker.configure(options.settings);
    this.reachable(options.reachable !== false);
    if (options.startPaused !== true) active.resume();
    return active;
  }

  isOwnedBy(active: ActiveOutcomes): boolean {
    return this.#active === active;
  }

  configure(choice: OutcomeChoice): void {
    this.#tracker.configure(choice.settings);
  }

  reachable(isReachable: boolean): void {
    if (isReachable) this.#tracker.opened();
    else this.#tracker.closed();
  }

  notified(notification: CallNotification): void {
    this.#tracker.notified(notification);
  }

  sighted(sighting: CallSighting): void {
    this.#tracker.sighted(sighting);
  }

  dialled(call: DialledCall): () => void {
    return this.#tracker.dialled(call);
  }

  requeue(records: readonly CallRecord[]): void {
    this.#held.unshift(records.map((record) => ({ record, isNew: false })));
  }

  /** Delivers what is held, in order, until the owner pauses or leaves. */
  flush(): void {
    this.#active?.reportDropped(this.#held.takeDropped(), 'More ended than are held for an absent node.');
    while (this.#active?.flows === true) {
      const next = this.#held.shift();
      if (next === undefined) return;
      this.#deliver(next, this.#active);
    }
  }

  processEnds(active: ActiveOutcomes): void {
    active.resume();
    this.#tracker.processEnds();
    this.#end(active);
  }

  close(
    active: ActiveOutcomes,
    { removed = false, reachable = false, lingerMs }: CloseOutcomesOptions,
  ): void {
    this.#active = null;
    this.#last = active;
    const waitMs = removed ? 0 : (lingerMs ?? DEFAULT_LINGER_MS);
    if (waitMs <= 0) {
      this.#end(active);
      return;
    }
    if (!reachable) this.#tracker.closed();
    this.#lingerTimer = this.#options.clock.start(waitMs, () => {
      this.#end(active);
    });
  }

  #deliver({ record, isNew }: Held, active: ActiveOutcomes): void {
    const missed = isNew ? missedCallOf(record) : null;
    const records = [record, ...(missed === null ? [] : [missed])];
    const chosen = isNew ? records.filter(({ event }) => active.events.includes(event)) : records;
    for (const [index, one] of chosen.entries()) {
      // The owner may pause or leave at any of them.
      if (active.flows && this.#active === active) active.deliver(one);
      else {
        this.requeue(chosen.slice(index));
        return;
      }
    }
  }

  #end(last: ActiveOutcomes): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#stopLinger();
    this.#active = null;
    const lost = this.#held.takeDropped() + this.#held.takeAll().length + this.#tracker.status.calls;
    this.#tracker.close();
    this.#options.onEnded();
    (this.#last ?? last).reportDropped(lost, 'This node did not come back to take them.');
  }

  #stopLinger(): void {
    this.#lingerTimer?.stop();
    this.#lingerTimer = null;
  }
}

/** One owner of an endpoint's outcomes. */
class ActiveOutcomes implements Outcomes {
  readonly #endpoint: EndpointOutcomes;
  readonly #options: OutcomeOptions;
  events: OutcomeOptions['events'];
  #isResumed = false;

  constructor(endpoint: EndpointOutcomes, options: OutcomeOptions) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.events = options.events;
  }

  get status(): OutcomeStatus {
    return this.#endpoint.status;
  }

  get heldCount(): number {
    return this.#isCurrent ? this.#endpoint.heldCount : 0;
  }

  /** Whether records are delivered, not held. */
  get flows(): boolean {
    return this.#isResumed && this.#isCurrent;
  }

  notified(notification: CallNotification): void {
    if (this.#isCurrent) this.#endpoint.notified(notification);
  }

  configure(choice: OutcomeChoice): void {
    if (!this.#isCurrent) return;
    this.events = choice.events;
    this.#endpoint.configure(choice);
  }

  reachable(isReachable: boolean): void {
    if (this.#isCurrent) this.#endpoint.reachable(isReachable);
  }

  pause(): void {
    this.#isResumed = false;
  }

  resume(): void {
    this.#isResumed = true;
    if (this.#isCurrent) this.#endpoint.flush();
  }

  requeue(records: readonly CallRecord[]): void {
    if (this.#isCurrent) this.#endpoint.requeue(records);
  }

  processEnds(): void {
    if (this.#isCurrent) this.#endpoint.processEnds(this);
  }

  close(options: CloseOutcomesOptions = {}): void {
    if (this.#isCurrent) this.#endpoint.close(this, options);
  }

  deliver(record: CallRecord): void {
    try {
      this.#options.onRecord(record);
    } catch {
      this.report({
        kind: 'failedOwner',
        text: `What became of the call ${record.callId} could not be passed on.`,
      });
    }
  }

  report(report: OutcomeReport): void {
    try {
      this.#options.onReport?.(report);
    } catch {
      // There is nobody else to report to.
    }
  }

  reportDropped(count: number, cause: string): void {
    if (count > 0) this.report({ kind: 'dropped', text: `Dropped calls: ${count}. ${cause}` });
  }

  get #isCurrent(): boolean {
    return this.#endpoint.isOwnedBy(this);
  }
}
