/**
 * Creates call ids of the documented form `number.number`. As in Asterisk, which uses the same
 * form, the first number is the Unix time of the call's start in seconds, and the second one counts
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
