import type { AccoladesEvent } from '../call/call-event.ts';
import type { EventFilter } from '../call/filter.ts';
import { AccoladesError } from '../errors.ts';
import type { AgentConfiguration } from '../protocol/messages.ts';
import { withResolvers, type Resolvers } from '../time/with-resolvers.ts';
import { callSafely } from '../call-safely.ts';
import type { SharedSession } from './shared-session.ts';
import type {
  DroppedEvents,
  Report,
  SubscribeOptions,
  Subscription,
  SubscriptionStatus,
  UnsubscribeOptions,
} from './subscription.ts';

/** The validated settings of a subscription. */
export interface DeliverySettings {
  readonly country: string;
  readonly accepts: EventFilter;
  readonly includeConfiguration: boolean;
  readonly onEvent: SubscribeOptions['onEvent'];
  readonly onStatus: SubscribeOptions['onStatus'];
  readonly onReport: SubscribeOptions['onReport'];
}

/** The durable subscription of an active one; see `DurableSubscription`. */
export interface DurableBackend {
  readonly status: SubscriptionStatus;
  readonly heldCount: number;
  flush(): void;
  requeue(events: readonly AccoladesEvent[]): void;
  deactivate(active: ActiveSubscription, options: UnsubscribeOptions): void;
  giveUp(active: ActiveSubscription): void;
  drain(active: ActiveSubscription, onDrained: () => void): void;
  sessionOf(label: string | undefined): SharedSession;
}

const DROPPED_BECAUSE: Readonly<Record<DroppedEvents['cause'], string>> = {
  full: 'More arrived than are held for an absent node.',
  ownerGone: 'This node did not come back to take them.',
  agentRemoved: 'Their agent was removed from this node.',
};

/** A node's subscription, from `subscribe` to `unsubscribe`. */
export class ActiveSubscription implements Subscription {
  readonly settings: DeliverySettings;
  readonly #durable: DurableBackend;
  /** Agents without a first outcome, plus 1 until all agents are counted. */
  #awaited = 1;
  /** Whether the first outcome is known. */
  #settled = false;
  /** Made on demand. */
  #firstOutcome: Resolvers<SubscriptionStatus> | null = null;
  /** Made on demand. */
  #drained: Resolvers<void> | null = null;
  #ended = false;
  #resumed = false;

  constructor(durable: DurableBackend, settings: DeliverySettings) {
    this.#durable = durable;
    this.settings = settings;
  }

  get firstOutcome(): Promise<SubscriptionStatus> {
    if (this.#firstOutcome === null) {
      this.#firstOutcome = withResolvers();
      if (this.#settled) this.#firstOutcome.resolve(this.status);
    }
    return this.#firstOutcome.promise;
  }

  get status(): SubscriptionStatus {
    return this.#durable.status;
  }

  get heldCount(): number {
    return this.#ended ? 0 : this.#durable.heldCount;
  }

  /** Whether events are delivered, not held. */
  get flowing(): boolean {
    return this.#resumed && !this.#ended;
  }

  resume(): void {
    this.#resumed = true;
    if (!this.#ended) this.#durable.flush();
  }

  pause(): void {
    this.#resumed = false;
  }

  requeue(events: readonly AccoladesEvent[]): void {
    if (!this.#ended) this.#durable.requeue(events);
  }

  async requestConfiguration(label?: string): Promise<AgentConfiguration> {
    // A copy, because flows may change messages and the session keeps the original.
    return structuredClone(await this.#sessionOf(label).request('configuration'));
  }

  async requestVersion(label?: string): Promise<string> {
    return this.#sessionOf(label).request('version');
  }

  drain(): Promise<void> {
    if (this.#drained === null) {
      this.#drained = withResolvers();
      if (this.#ended) this.#drained.resolve();
      else {
        this.#durable.drain(this, () => {
          this.unsubscribe({ removed: true });
        });
      }
    }
    return this.#drained.promise;
  }

  unsubscribe(options: UnsubscribeOptions = {}): void {
    if (this.#ended) return;
    this.end();
    this.#durable.deactivate(this, options);
  }

  giveUp(): void {
    if (this.#ended) this.#durable.giveUp(this);
    else this.unsubscribe({ removed: true });
  }

  /** Ends delivery. Called by the durable subscription. Idempotent. */
  end(): void {
    this.#ended = true;
    this.#settle();
    this.#drained?.resolve();
  }

  /** Makes the first outcome wait for one more agent. Called by the durable subscription. */
  awaitOutcome(): void {
    this.#awaited++;
  }

  /** Marks that all agents are counted. Called by the durable subscription. */
  allAwaited(): void {
    if (--this.#awaited === 0) this.#settle();
  }

  /**
   * Notifies the owner of a new status. Called by the durable subscription.
   * @param settled one more agent has its first outcome
   */
  statusChanged(settled: boolean): void {
    if (settled) this.#awaited--;
    callSafely(() => this.settings.onStatus?.(this.status));
    if (this.#awaited === 0) this.#settle();
  }

  report(report: Report): void {
    if (!this.#ended) callSafely(() => this.settings.onReport?.(report));
  }

  /** Reports lost events, even after the end, because no later subscription would report them. */
  reportDropped(count: number, cause: DroppedEvents['cause']): void {
    if (count === 0) return;
    const text = `Dropped events: ${count}. ${DROPPED_BECAUSE[cause]}`;
    callSafely(() =>
      this.settings.onReport?.({ kind: 'dropped', text, label: '', dropped: { count, cause } }),
    );
  }

  #settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#firstOutcome?.resolve(this.status);
  }

  #sessionOf(label: string | undefined): SharedSession['session'] {
    if (this.#ended) throw new AccoladesError('SESSION_CLOSED');
    return this.#durable.sessionOf(label).session;
  }
}
