import type { AccoladesEvent } from '../call/call-event.ts';
import type { EventFilter } from '../call/filter.ts';
import { AccoladesError, messageOf } from '../errors.ts';
import type { AgentConfiguration } from '../protocol/messages.ts';
import type { SessionReport, SessionStatus } from '../session/session.ts';
import type { SharedSession } from './shared-session.ts';
import type {
  SubscribeOptions,
  Subscription,
  SubscriptionStatus,
  UnsubscribeOptions,
} from './subscription.ts';

/** An owner's settings, checked. */
export interface PlaceSettings {
  readonly options: SubscribeOptions;
  readonly country: string;
  readonly accepts: EventFilter;
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
  /** The sessions that have neither become ready nor failed yet; null when there is none left. */
  #awaited: Set<string> | null = null;
  #outcome: SubscriptionStatus | null = null;
  /** Made when somebody asks for it. */
  #firstOutcome: Promise<SubscriptionStatus> | null = null;
  #resolveOutcome: ((status: SubscriptionStatus) => void) | null = null;
  #drained: Promise<void> | null = null;
  #resolveDrained: (() => void) | null = null;
  #ended = false;
  #flowing = false;

  constructor(place: SubscribedPlace, settings: PlaceSettings) {
    this.#place = place;
    this.settings = settings;
  }

  get firstOutcome(): Promise<SubscriptionStatus> {
    this.#firstOutcome ??= new Promise((resolve) => {
      if (this.#outcome === null) this.#resolveOutcome = resolve;
      else resolve(this.#outcome);
    });
    return this.#firstOutcome;
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
    return this.#sessionOf(label).request('configuration');
  }

  async requestVersion(label?: string): Promise<string> {
    return this.#sessionOf(label).request('version');
  }

  drain(): Promise<void> {
    this.#drained ??= new Promise((resolve) => {
      if (this.#ended) {
        resolve();
        return;
      }
      this.#resolveDrained = resolve;
      this.#place.drain(this, () => {
        this.unsubscribe({ removed: true });
      });
    });
    return this.#drained;
  }

  unsubscribe({ removed = false }: UnsubscribeOptions = {}): void {
    if (this.#ended) return;
    this.end();
    this.#place.vacate(this, removed);
  }

  end(): void {
    this.#ended = true;
    this.#awaited = null;
    this.checkOutcome();
    this.#resolveDrained?.();
    this.#resolveDrained = null;
  }

  awaitOutcome(key: string): void {
    this.#awaited ??= new Set();
    this.#awaited.add(key);
  }

  checkOutcome(): void {
    if (this.#awaited !== null || this.#outcome !== null) return;
    this.#outcome = this.status;
    this.#resolveOutcome?.(this.#outcome);
    this.#resolveOutcome = null;
  }

  statusChanged(key: string, { state }: SessionStatus): void {
    if (state === 'ready' || state === 'waiting' || state === 'closed') {
      this.#awaited?.delete(key);
      if (this.#awaited?.size === 0) this.#awaited = null;
    }
    this.#guarded(() => this.settings.options.onStatus?.(this.status));
    this.checkOutcome();
  }

  deliver(event: AccoladesEvent, label: string): void {
    if (!this.settings.accepts(event)) return;
    try {
      this.settings.options.onEvent?.(event);
    } catch (error) {
      this.report(
        { kind: 'failedOwner', text: `An event could not be passed on: ${messageOf(error)}` },
        label,
      );
    }
  }

  report(report: SessionReport, label: string): void {
    if (!this.#ended) this.#guarded(() => this.settings.options.onReport?.({ ...report, label }));
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
