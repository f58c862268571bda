/** How many notifications of a node wait at most; beyond it they overtake. */
const MAX_WAITING = 1_000;

/**
 * Passes notifications on in the order of their receipt, although some are checked first and others
 * are not: the answer of a call must not come after its hang-up.
 */
export class ReceiptOrder {
  /** By key, what waits, and the end of the last of it. */
  readonly #waiting = new Map<string, { count: number; last: Promise<void> }>();

  /**
   * @param key of the node
   * @param check whether the notification counts, never rejects; null: it does
   * @param pass called at once when nothing is checked and nothing waits
   */
  add(key: string, check: Promise<boolean> | null, pass: () => void): void {
    const waiting = this.#waiting.get(key) ?? { count: 0, last: Promise.resolve() };
    const isFull = waiting.count >= MAX_WAITING;
    if (check === null && (waiting.count === 0 || isFull)) {
      pass();
      return;
    }
    const before = isFull ? Promise.resolve() : waiting.last;
    this.#waiting.set(key, waiting);
    waiting.count++;
    const end = this.#passOn(before, check, pass).then(() => {
      waiting.count--;
      if (waiting.count === 0) this.#waiting.delete(key);
    });
    if (!isFull) waiting.last = end;
  }

  async #passOn(before: Promise<void>, check: Promise<boolean> | null, pass: () => void): Promise<void> {
    await before;
    if (check === null || (await check)) pass();
  }
}
