/**
 * A map of the newest `size` entries: adding another removes the oldest. Every operation takes
 * constant time.
 */
export class RecentMap<Value> {
  readonly #size: number;
  readonly #values = new Map<string, Value>();
  /**
   * The keys by age, as a ring buffer. Finding the oldest key in the map itself would have to skip
   * every deleted entry.
   */
  readonly #keys: string[] = [];
  #oldest = 0;

  constructor(size: number) {
    this.#size = size;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  /** All keys, the oldest first. */
  keys(): string[] {
    return [...this.#keys.slice(this.#oldest), ...this.#keys.slice(0, this.#oldest)];
  }

  /** Call it only for a key that is not in the map. */
  add(key: string, value: Value): void {
    if (this.#keys.length < this.#size) this.#keys.push(key);
    else {
      const oldest = this.#keys[this.#oldest];
      if (oldest !== undefined) this.#values.delete(oldest);
      this.#keys[this.#oldest] = key;
      this.#oldest = (this.#oldest + 1) % this.#size;
    }
    this.#values.set(key, value);
  }

  /** Call it only for a key that is in the map. Its age does not change. */
  replace(key: string, value: Value): void {
    this.#values.set(key, value);
  }
}
