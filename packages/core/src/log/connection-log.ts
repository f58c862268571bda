import type { AccoladesError, AccoladesErrorCode } from '../errors.ts';
import { callSafely } from '../hub/call-safely.ts';
import type { SubscriptionStatus } from '../hub/subscription.ts';
import type { Clock, Timer } from '../time/clock.ts';

/** Time to collect changes of several agents into one line, in milliseconds. */
export const COLLECT_MS = 1_000;
/**
 * The same time soon after a line, in milliseconds: agents come and go for a while in an outage.
 */
export const COLLECT_MORE_MS = 10_000;

/** Codes of one outage of the server or the network: a change between them is not logged. */
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

/** Agents with the same change at about the same time. */
export interface ConnectionNews {
  readonly labels: readonly string[];
  /** The most common reason why they are not connected; null: they are connected. */
  readonly reason: AccoladesError | null;
  /** True when a connection was lost, false when attempts failed. */
  readonly lost: boolean;
}

/** The reported state of an agent: `connected`, or the kind of reason why it is not. */
type ReportedState = string;

interface Group {
  readonly labels: string[];
  readonly reasons: AccoladesError[];
  lost: boolean;
}

const CONNECTED: ReportedState = 'connected';

/** Reports each change of a subscription's connections once: connected agents, or the reason. */
export class ConnectionLog {
  readonly #report: (news: ConnectionNews) => void;
  readonly #clock: Clock;
  readonly #reported = new Map<string, ReportedState>();
  #latest: SubscriptionStatus | null = null;
  #timer: Timer | null = null;
  /** Monotonic time of the last line. */
  #lastLineAt = -Infinity;

  constructor(report: (news: ConnectionNews) => void, clock: Clock) {
    this.#report = report;
    this.#clock = clock;
  }

  /**
   * Call it with each status. Reports a single agent at once, and collects the changes of several
   * for {@link COLLECT_MS}.
   */
  update(status: SubscriptionStatus): void {
    this.#latest = status;
    if (status.total <= 1) {
      this.#flush();
      return;
    }
    if (this.#timer !== null) return;
    const recently = this.#clock.monotonic() - this.#lastLineAt < COLLECT_MORE_MS;
    this.#timer = this.#clock.start(recently ? COLLECT_MORE_MS : COLLECT_MS, () => {
      this.#timer = null;
      this.#flush();
    });
  }

  /** Stops the timer and discards unreported changes. Idempotent. */
  close(): void {
    this.#timer?.stop();
    this.#timer = null;
  }

  #flush(): void {
    const news = new Map<ReportedState, Group>();
    for (const { label, status } of this.#latest?.agents ?? []) {
      if (status.state !== 'ready' && status.state !== 'waiting') continue;
      const reason = status.state === 'ready' ? null : status.reason;
      const now = kindOf(reason);
      const before = this.#reported.get(label);
      if (before === now) continue;
      this.#reported.set(label, now);
      const group = news.get(now) ?? { labels: [], reasons: [], lost: false };
      group.labels.push(label);
      if (reason !== null) group.reasons.push(reason);
      group.lost ||= reason !== null && before === CONNECTED;
      news.set(now, group);
    }
    if (news.size > 0) this.#lastLineAt = this.#clock.monotonic();
    for (const { labels, reasons, lost } of news.values()) {
      callSafely(() => {
        this.#report({ labels, reason: mostCommonReason(reasons), lost });
      });
    }
  }
}

function kindOf(reason: AccoladesError | null): ReportedState {
  if (reason === null) return CONNECTED;
  return OUTAGE.has(reason.code) ? 'outage' : reason.message;
}

/** Returns the first reason with the most frequent code; null without reasons. */
export function mostCommonReason(reasons: readonly AccoladesError[]): AccoladesError | null {
  const counts = new Map<AccoladesErrorCode, number>();
  for (const { code } of reasons) counts.set(code, (counts.get(code) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return reasons.find(({ code }) => counts.get(code) === most) ?? null;
}
