/** A map that remembers its newest entries: one more than `size` drops the oldest. Every operation takes constant time. */
export class RecentMap<Value> {
  readonly #size: number;
  readonly #values = new Map<string, Value>();
  /** The keys in the order in which they came, as a ring: to find the oldest in the map itself costs a walk over all that left it. */
  readonly #keys: string[] = [];
  #oldest = 0;

  constructor(size: number) {
    this.#size = size;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  /** To be called for a key that is not in the map. */
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

  /** To be called for a key that is in the map; it becomes no newer. */
  replace(key: string, value: Value): void {
    this.#values.set(key, value);
  }
}
