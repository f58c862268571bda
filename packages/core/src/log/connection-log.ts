import type { AccoladesError } from '../errors.ts';
import { callSafely } from '../hub/call-safely.ts';
import type { SubscriptionStatus } from '../hub/subscription.ts';
import { systemClock, type Clock, type Timer } from '../time/clock.ts';

/** How long changes of several agents are collected, so that an outage of a thousand is a few lines, in milliseconds. */
export const COLLECT_MS = 1_000;

/** Agents that changed in the same way at about the same time. */
export interface ConnectionNews {
  readonly labels: readonly string[];
  /** Why they are not connected; null: they are. */
  readonly reason: AccoladesError | null;
  /** The connection had been up and was lost, as opposed to an attempt that failed. */
  readonly lost: boolean;
}

interface Told {
  readonly text: string;
  readonly connected: boolean;
}

/** Tells each change of a subscription's connections once: that agents are connected, or why not. */
export class ConnectionLog {
  readonly #tell: (news: ConnectionNews) => void;
  readonly #clock: Clock;
  readonly #told = new Map<string, Told>();
  #latest: SubscriptionStatus | null = null;
  #timer: Timer | null = null;

  constructor(tell: (news: ConnectionNews) => void, clock: Clock = systemClock) {
    this.#tell = tell;
    this.#clock = clock;
  }

  /** To be called with each status; one agent is told of at once, several are collected for {@link COLLECT_MS}. */
  update(status: SubscriptionStatus): void {
    this.#latest = status;
    if (status.total <= 1) {
      this.#flush();
      return;
    }
    if (this.#timer !== null) return;
    this.#timer = this.#clock.start(COLLECT_MS, () => {
      this.#timer = null;
      this.#flush();
    });
    this.#timer.unref();
  }

  /** Ends the timer; what was not told yet is not told any more. Idempotent. */
  close(): void {
    this.#timer?.stop();
    this.#timer = null;
  }

  #flush(): void {
    const news = new Map<string, { labels: string[]; reason: AccoladesError | null; lost: boolean }>();
    for (const { label, status } of this.#latest?.agents ?? []) {
      if (status.state !== 'ready' && status.state !== 'waiting') continue;
      const reason = status.state === 'ready' ? null : status.reason;
      const before = this.#told.get(label);
      const text = reason?.message ?? '';
      if (before?.text === text) continue;
      const lost = reason !== null && before?.connected === true;
      this.#told.set(label, { text, connected: reason === null });
      const key = `${lost} ${text}`;
      const group = news.get(key) ?? { labels: [], reason, lost };
      group.labels.push(label);
      news.set(key, group);
    }
    for (const group of news.values()) {
      callSafely(() => {
        this.#tell(group);
      });
    }
  }
}
