import type { AccoladesEvent } from '../call/call-event.ts';
import type { EventFilter } from '../call/filter.ts';
import { AccoladesError, messageOf } from '../errors.ts';
import type { AgentConfiguration } from '../protocol/messages.ts';
import type { SessionReport } from '../session/session.ts';
import { withResolvers, type Resolvers } from '../time/with-resolvers.ts';
import type { SharedSession } from './shared-session.ts';
import type {
  SubscribeOptions,
  Subscription,
  SubscriptionStatus,
  UnsubscribeOptions,
} from './subscription.ts';

/** An owner's settings, checked: what is needed for as long as it is there. */
export interface PlaceSettings {
  readonly country: string;
  readonly accepts: EventFilter;
  readonly includeConfiguration: boolean;
  readonly onEvent: SubscribeOptions['onEvent'];
  readonly onStatus: SubscribeOptions['onStatus'];
  readonly onReport: SubscribeOptions['onReport'];
}

/** What a subscription needs of the place that it occupies. */
export interface SubscribedPlace {
  readonly status: SubscriptionStatus;
  /** Delivers what was held, in order, as long as there is somebody to take it. */
  flush(): void;
  /** Puts events in front of all others, in their order. */
  takeBack(events: readonly AccoladesEvent[]): void;
  /** The owner goes, for now or for good. */
  vacate(active: ActiveSubscription, removed: boolean): void;
  /** The owner goes for good once nothing can come any more, and is told then. */
  drain(active: ActiveSubscription, onDrained: () => void): void;
  /** @throws AccoladesError `INVALID_PARAMETER` for an unknown label, or for none when there are several agents */
  sessionOf(label: string | undefined): SharedSession;
}

/** What an owner holds while it is there. */
export class ActiveSubscription implements Subscription {
  readonly settings: PlaceSettings;
  readonly #place: SubscribedPlace;
  /** How many agents have neither become ready nor failed yet, and one more while they are counted. */
  #awaited = 1;
  /** Whether the first outcome is known. */
  #settled = false;
  /** Made when somebody asks for it. */
  #firstOutcome: Resolvers<SubscriptionStatus> | null = null;
  /** Made when somebody asks for it. */
  #drained: Resolvers<void> | null = null;
  #ended = false;
  #flowing = false;

  constructor(place: SubscribedPlace, settings: PlaceSettings) {
    this.#place = place;
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
    return this.#place.status;
  }

  get flowing(): boolean {
    return this.#flowing && !this.#ended;
  }

  resume(): void {
    this.#flowing = true;
    if (!this.#ended) this.#place.flush();
  }

  pause(): void {
    this.#flowing = false;
  }

  giveBack(events: readonly AccoladesEvent[]): void {
    if (!this.#ended) this.#place.takeBack(events);
  }

  async requestConfiguration(label?: string): Promise<AgentConfiguration> {
    // A copy, since flows may change what they are given, and the session keeps it for others.
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
        this.#place.drain(this, () => {
          this.unsubscribe({ removed: true });
        });
      }
    }
    return this.#drained.promise;
  }

  unsubscribe({ removed = false }: UnsubscribeOptions = {}): void {
    if (this.#ended) return;
    this.end();
    this.#place.vacate(this, removed);
  }

  end(): void {
    this.#ended = true;
    this.#settle();
    this.#drained?.resolve();
  }

  /** One agent more has neither become ready nor failed yet. */
  awaitOutcome(): void {
    this.#awaited++;
  }

  /** No more agents come. */
  counted(): void {
    if (--this.#awaited === 0) this.#settle();
  }

  /** @param settled one of those that were awaited is not any more */
  statusChanged(settled: boolean): void {
    if (settled) this.#awaited--;
    this.#guarded(() => this.settings.onStatus?.(this.status));
    if (this.#awaited === 0) this.#settle();
  }

  deliver(event: AccoladesEvent, label: string): void {
    if (!this.settings.accepts(event)) return;
    try {
      this.settings.onEvent?.(event);
    } catch (error) {
      this.report(
        { kind: 'failedOwner', text: `An event could not be passed on: ${messageOf(error)}` },
        label,
      );
    }
  }

  report(report: SessionReport, label: string): void {
    if (!this.#ended) this.#guarded(() => this.settings.onReport?.({ ...report, label }));
  }

  #settle(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#firstOutcome?.resolve(this.status);
  }

  #sessionOf(label: string | undefined): SharedSession['session'] {
    if (this.#ended) throw new AccoladesError('SESSION_CLOSED');
    return this.#place.sessionOf(label).session;
  }

  /** One owner's failing listener must not cost the others their call. */
  #guarded(callback: () => void): void {
    try {
      callback();
    } catch {
      // The owner failed at showing its own state; there is nobody else to tell.
    }
  }
}
