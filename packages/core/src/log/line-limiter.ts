/** Minimum time between two lines of one kind, in milliseconds. */
export const LINE_EVERY_MS = 60_000;

/**
 * Limits repeated log lines, so that a bad sender cannot fill the log, and counts the omitted ones.
 */
export class LineLimiter {
  readonly #now: () => number;
  readonly #kinds = new Map<string, { writtenAt: number; suppressed: number }>();

  /** @param now monotonic time in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Returns the number of lines of this kind omitted since the last one; null to omit this one too.
   */
  admit(kind: string): number | null {
    const known = this.#kinds.get(kind) ?? { writtenAt: -Infinity, suppressed: 0 };
    this.#kinds.set(kind, known);
    const now = this.#now();
    if (now - known.writtenAt < LINE_EVERY_MS) {
      known.suppressed++;
      return null;
    }
    const { suppressed } = known;
    known.writtenAt = now;
    known.suppressed = 0;
    return suppressed;
  }
}
