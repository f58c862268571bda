/**
 * Makes call ids of the documented form `number.number`. As in Asterisk, whose ids look the same,
 * the first number is the Unix time in seconds at which the call started and the second one counts
 * calls.
 */
export class UniqueIdSource {
  #next = 1;
  readonly #now: () => number;

  /** @param now the time in milliseconds since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  next(): string {
    return `${Math.floor(this.#now() / 1000)}.${this.#next++}`;
  }
}
