import type { AccoladesError, AccoladesErrorCode } from '../errors.ts';
import { callSafely } from '../hub/call-safely.ts';
import type { SubscriptionStatus } from '../hub/subscription.ts';
import { systemClock, type Clock, type Timer } from '../time/clock.ts';

/** How long changes of several agents are collected into one line, in milliseconds. */
export const COLLECT_MS = 1_000;
/** The same after a line, in milliseconds: in an outage agents come and go for a while. */
export const COLLECT_MORE_MS = 10_000;

/** Ways in which one outage of the server or the network shows: no news after each other. */
const OUTAGE: ReadonlySet<AccoladesErrorCode> = new Set([
  'CONNECT_TIMEOUT',
  'AUTH_TIMEOUT',
  'CONNECTION_REFUSED',
  'CONNECTION_CLOSED',
  'CONNECTION_LOST',
  'HEARTBEAT_TIMEOUT',
  'HOST_NOT_FOUND',
  'NETWORK',
]);

/** Agents that changed in the same way at about the same time. */
export interface ConnectionNews {
  readonly labels: readonly string[];
  /** Why most of them are not connected; null: they are. */
  readonly reason: AccoladesError | null;
  /** A connection had been up and was lost, as opposed to attempts that failed. */
  readonly lost: boolean;
}

/** What has been told of an agent: `connected`, or the kind of reason why not. */
type Told = string;

interface Group {
  readonly labels: string[];
  readonly reasons: AccoladesError[];
  lost: boolean;
}

const CONNECTED: Told = 'connected';

/** Tells each change of a subscription's connections once: that agents are connected, or why not. */
export class ConnectionLog {
  readonly #tell: (news: ConnectionNews) => void;
  readonly #clock: Clock;
  readonly #told = new Map<string, Told>();
  #latest: SubscriptionStatus | null = null;
  #timer: Timer | null = null;
  /** Of the clock's monotonic time; the last line. */
  #toldAt = -Infinity;

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
    const recently = this.#clock.monotonic() - this.#toldAt < COLLECT_MORE_MS;
    this.#timer = this.#clock.start(recently ? COLLECT_MORE_MS : COLLECT_MS, () => {
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
    const news = new Map<Told, Group>();
    for (const { label, status } of this.#latest?.agents ?? []) {
      if (status.state !== 'ready' && status.state !== 'waiting') continue;
      const reason = status.state === 'ready' ? null : status.reason;
      const now = kindOf(reason);
      const before = this.#told.get(label);
      if (before === now) continue;
      this.#told.set(label, now);
      const group = news.get(now) ?? { labels: [], reasons: [], lost: false };
      group.labels.push(label);
      if (reason !== null) group.reasons.push(reason);
      group.lost ||= reason !== null && before === CONNECTED;
      news.set(now, group);
    }
    if (news.size > 0) this.#toldAt = this.#clock.monotonic();
    for (const { labels, reasons, lost } of news.values()) {
      callSafely(() => {
        this.#tell({ labels, reason: mostCommonReason(reasons), lost });
      });
    }
  }
}

function kindOf(reason: AccoladesError | null): Told {
  if (reason === null) return CONNECTED;
  return OUTAGE.has(reason.code) ? 'outage' : reason.message;
}

/** The first of those with the code that most have; null when there are none. */
export function mostCommonReason(reasons: readonly AccoladesError[]): AccoladesError | null {
  const counts = new Map<AccoladesErrorCode, number>();
  for (const { code } of reasons) counts.set(code, (counts.get(code) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return reasons.find(({ code }) => counts.get(code) === most) ?? null;
}
