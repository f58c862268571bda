/**
 * Writes times as ISO 8601 text in UTC, the same as `Date.prototype.toISOString`, which costs several times as much: the text of
 * the last time is kept, and that of its second, since calls come many to a second. For times that are of the same kind, and so near each other.
 */
export class IsoTime {
  #time = Number.NaN;
  #text = '';
  #second = Number.NaN;
  /** Without the fraction. */
  #textOfSecond = '';

  /**
   * @param time whole milliseconds since 1970
   * @throws RangeError for a time that a `Date` cannot hold
   */
  of(time: number): string {
    if (time === this.#time) return this.#text;
    const second = Math.floor(time / 1_000);
    if (second !== this.#second) {
      this.#textOfSecond = new Date(second * 1_000).toISOString().slice(0, -4);
      this.#second = second;
    }
    const fraction = time - second * 1_000;
    this.#text = `${this.#textOfSecond}${fraction < 10 ? '00' : fraction < 100 ? '0' : ''}${fraction}Z`;
    this.#time = time;
    return this.#text;
  }
}
