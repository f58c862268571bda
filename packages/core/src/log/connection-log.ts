import type { AccoladesError, AccoladesErrorCode } from '../errors.ts';
import { callSafely } from '../call-safely.ts';
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

/**
 * Codes of a connection that ended: the next attempt shows why, for example that the agent is
 * logged out.
 */
const ENDED: ReadonlySet<AccoladesErrorCode> = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_LOST',
  'HEARTBEAT_TIMEOUT',
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

type AgentStatus = SubscriptionStatus['agents'][number];

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
  /** Monotonic time when the first failure was seen that is not reported yet. */
  #failureSeenAt: number | null = null;

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
    const recently = this.#clock.monotonic() - this.#lastLineAt < COLLECT_MORE_MS;
    this.#flushIn(recently ? COLLECT_MORE_MS : COLLECT_MS);
  }

  /** Stops the timer and discards unreported changes. Idempotent. */
  close(): void {
    this.#timer?.stop();
    this.#timer = null;
  }

  #flushIn(ms: number): void {
    this.#timer ??= this.#clock.start(ms, () => {
      this.#timer = null;
      this.#flush();
    });
  }

  #flush(): void {
    const agents = this.#latest?.agents ?? [];
    const undecided = agents.length > 1 ? agents.filter((agent) => this.#isUndecided(agent)) : [];
    const waits = undecided.length > 0 && !this.#isFailureOverdue();
    const news = new Map<ReportedState, Group>();
    for (const { label, status } of agents) {
      if (status.state !== 'ready' && status.state !== 'waiting') continue;
      const reason = status.state === 'ready' ? null : status.reason;
      const now = kindOf(reason);
      const before = this.#reported.get(label);
      if (before === now || (waits && reason !== null)) continue;
      add(news, now, { label, reason, lost: reason !== null && before === CONNECTED });
      this.#reported.set(label, now);
    }
    if (waits) this.#flushIn(COLLECT_MS);
    else {
      this.#failureSeenAt = null;
      this.#addRetrying(undecided, news);
    }
    if (news.size > 0) this.#lastLineAt = this.#clock.monotonic();
    for (const { labels, reasons, lost } of news.values()) {
      callSafely(() => {
        this.#report({ labels, reason: mostCommonReason(reasons), lost });
      });
    }
  }

  /**
   * Whether an unreported failure is known, but not its reason: the agent is about to try again.
   */
  #isUndecided({ label, status }: AgentStatus): boolean {
    const before = this.#reported.get(label);
    if (before !== undefined && before !== CONNECTED) return false;
    if (status.state === 'waiting') return ENDED.has(status.reason.code);
    const isTrying = status.state === 'connecting' || status.state === 'authenticating';
    return isTrying && (before === CONNECTED || status.attempt > 1);
  }

  /** One outage is one line: wait until every agent has tried again, but not forever. */
  #isFailureOverdue(): boolean {
    const now = this.#clock.monotonic();
    this.#failureSeenAt ??= now;
    return now - this.#failureSeenAt >= COLLECT_MORE_MS;
  }

  /** Agents that try again at this moment belong to the largest group of those that failed. */
  #addRetrying(undecided: readonly AgentStatus[], news: Map<ReportedState, Group>): void {
    const [largest] = [...news]
      .filter(([state]) => state !== CONNECTED)
      .sort(([, one], [, other]) => other.labels.length - one.labels.length);
    if (largest === undefined) return;
    for (const { label, status } of undecided) {
      if (status.state === 'waiting') continue;
      largest[1].labels.push(label);
      this.#reported.set(label, largest[0]);
    }
  }
}

function add(
  news: Map<ReportedState, Group>,
  state: ReportedState,
  change: { label: string; reason: AccoladesError | null; lost: boolean },
): void {
  const group = news.get(state) ?? { labels: [], reasons: [], lost: false };
  group.labels.push(change.label);
  if (change.reason !== null) group.reasons.push(change.reason);
  group.lost ||= change.lost;
  news.set(state, group);
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
