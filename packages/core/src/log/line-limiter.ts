/** The same kind of line is written at most so often, in milliseconds. */
export const LINE_EVERY_MS = 60_000;

/** Keeps whoever sends nonsense without end from filling a log: what is too much is counted. */
export class LineLimiter {
  readonly #now: () => number;
  readonly #kinds = new Map<string, { writtenAt: number; suppressed: number }>();

  /** @param now milliseconds from any start that never jump */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How many lines of this kind were only counted since the last one; null when this one is, too. */
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
