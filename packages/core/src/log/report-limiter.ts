import type { SubscribeOptions } from '../hub/subscription.ts';

/** A report as a subscription gives it. */
export type Report = Parameters<NonNullable<SubscribeOptions['onReport']>>[0];

/** The same kind of report about an agent is written at most so often, in milliseconds. */
export const REPORT_EVERY_MS = 60_000;

/** A report that is to be written, with how many of its kind were only counted since the last one. */
export interface LimitedReport extends Report {
  readonly suppressed: number;
}

/** Keeps a server that sends oddities without end from filling a log: what is too much is counted. */
export class ReportLimiter {
  readonly #now: () => number;
  readonly #kinds = new Map<string, { writtenAt: number; suppressed: number }>();

  /** @param now milliseconds from any start that never jump */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The report to write, or null when it is only counted. */
  admit(report: Report): LimitedReport | null {
    const key = `${report.kind} ${report.label}`;
    const kind = this.#kinds.get(key) ?? { writtenAt: -Infinity, suppressed: 0 };
    this.#kinds.set(key, kind);
    const now = this.#now();
    if (now - kind.writtenAt < REPORT_EVERY_MS) {
      kind.suppressed++;
      return null;
    }
    const { suppressed } = kind;
    kind.writtenAt = now;
    kind.suppressed = 0;
    return { ...report, suppressed };
  }
}
