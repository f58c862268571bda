import type { SubscribeOptions } from '@accolades-flow/core';
import type { Texts } from './texts.ts';

/** A report of core: something odd that changes nothing. */
export type Report = Parameters<NonNullable<SubscribeOptions['onReport']>>[0];

/** The same kind of report about an agent is written at most so often, in milliseconds. */
export const REPORT_EVERY_MS = 60_000;

/** Keeps a server that sends oddities without end from filling the log: the rest is counted and told with the next line. */
export class ReportLog {
  readonly #texts: Texts;
  readonly #now: () => number;
  readonly #kinds = new Map<string, { writtenAt: number; held: number }>();

  /** @param now milliseconds from any start that never jump */
  constructor(texts: Texts, now: () => number = () => performance.now()) {
    this.#texts = texts;
    this.#now = now;
  }

  /** The line to write, or null when it is only counted. */
  line(report: Report): string | null {
    const key = `${report.kind} ${report.label}`;
    const kind = this.#kinds.get(key) ?? { writtenAt: -Infinity, held: 0 };
    this.#kinds.set(key, kind);
    const now = this.#now();
    if (now - kind.writtenAt < REPORT_EVERY_MS) {
      kind.held++;
      return null;
    }
    const { held } = kind;
    kind.writtenAt = now;
    kind.held = 0;
    const text = report.label === '' ? report.text : `${report.label}: ${report.text}`;
    return held === 0 ? text : this.#texts('accolades.log.repeated', { text, count: held });
  }
}
