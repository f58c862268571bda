export interface QueueLimits<T> {
  /** Maximum number of items. */
  readonly maxItems: number;
  /** Maximum total size of the items, in the unit of `sizeOf`. */
  readonly maxSize: number;
  /** Returns the size of an item. Called once, when it is added. */
  readonly sizeOf: (item: T) => number;
}

interface Entry<T> {
  readonly item: T;
  readonly size: number;
}

/**
 * A first-in, first-out queue, bounded by number and by size. When full, it drops and counts its
 * oldest items; the owner reports the count (see {@link takeDropped}).
 */
export class BoundedQueue<T> {
  readonly #limits: QueueLimits<T>;
  #entries: Entry<T>[] = [];
  /** Entries before this index are removed. Moving the rest at each `shift` would be quadratic. */
  #head = 0;
  #size = 0;
  #dropped = 0;

  constructor(limits: QueueLimits<T>) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#entries.length - this.#head;
  }

  /** The total size of the items, in the unit of `sizeOf`. */
  get size(): number {
    return this.#size;
  }

  /** Adds an item at the end. An item larger than `maxSize` is dropped. */
  push(item: T): void {
    const entry = this.#measured(item);
    if (entry === null) return;
    this.#entries.push(entry);
    this.#dropOldest();
  }

  /** Adds items before all others and keeps their order. */
  unshift(items: readonly T[]): void {
    const added = items.flatMap((item) => this.#measured(item) ?? []);
    this.#entries = [...added, ...this.#entries.slice(this.#head)];
    this.#head = 0;
    this.#dropOldest();
  }

  shift(): T | undefined {
    const entry = this.#entries[this.#head];
    if (entry === undefined) return undefined;
    this.#head++;
    this.#size -= entry.size;
    if (this.#head === this.#entries.length || this.#head >= 1_000) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return entry.item;
  }

  /** Empties the queue. Returns its items in order. */
  takeAll(): T[] {
    const items = this.#entries.slice(this.#head).map(({ item }) => item);
    this.#empty();
    return items;
  }

  /**
   * Replaces each item; `undefined` removes it. Sizes are not measured again.
   * @returns the number of removed items; they do not count as dropped
   */
  update(change: (item: T) => T | undefined): number {
    const before = this.#entries.slice(this.#head);
    this.#empty();
    for (const { item, size } of before) {
      const changed = change(item);
      if (changed === undefined) continue;
      this.#entries.push({ item: changed, size });
      this.#size += size;
    }
    return before.length - this.#entries.length;
  }

  /** Counts the matching items. */
  count(matches: (item: T) => boolean): number {
    return this.#entries.slice(this.#head).filter(({ item }) => matches(item)).length;
  }

  /** Returns the number of items dropped since the last call. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  #empty(): void {
    this.#entries = [];
    this.#head = 0;
    this.#size = 0;
  }

  #measured(item: T): Entry<T> | null {
    const size = this.#limits.sizeOf(item);
    if (size > this.#limits.maxSize) {
      this.#dropped++;
      return null;
    }
    this.#size += size;
    return { item, size };
  }

  #dropOldest(): void {
    while (this.length > this.#limits.maxItems || this.#size > this.#limits.maxSize) {
      this.shift();
      this.#dropped++;
    }
  }
}
