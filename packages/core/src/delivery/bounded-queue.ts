export interface QueueLimits<T> {
  /** Most items that the queue holds. */
  readonly maxItems: number;
  /** Most that all items may measure together, in the unit of `sizeOf`. */
  readonly maxSize: number;
  /** Measures an item, once, when it is added. */
  readonly sizeOf: (item: T) => number;
}

interface Entry<T> {
  readonly item: T;
  readonly size: number;
}

/**
 * First in, first out, bounded by number and by size. A full queue drops its oldest items and counts
 * them; the owner reports the count (see {@link takeDropped}), so that no loss goes unnoticed.
 */
export class BoundedQueue<T> {
  readonly #limits: QueueLimits<T>;
  #entries: Entry<T>[] = [];
  /** Entries before this index are gone. Moving the rest at each `shift` would be quadratic. */
  #head = 0;
  #size = 0;
  #dropped = 0;

  constructor(limits: QueueLimits<T>) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#entries.length - this.#head;
  }

  /** What all items measure together, in the unit of `sizeOf`. */
  get size(): number {
    return this.#size;
  }

  /** Adds an item at the end. One that is larger than the whole queue may be is dropped itself. */
  push(item: T): void {
    const entry = this.#measured(item);
    if (entry === null) return;
    this.#entries.push(entry);
    this.#dropOldest();
  }

  /** Adds items in front of all others, in their order. */
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

  /** Empties the queue and returns what it held, in order. */
  takeAll(): T[] {
    const items = this.#entries.slice(this.#head).map(({ item }) => item);
    this.#empty();
    return items;
  }

  /**
   * Replaces each item; `undefined` removes it. Sizes stay as measured.
   * @returns how many were removed; they do not count as dropped
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

  /** How many of its items match. */
  count(matches: (item: T) => boolean): number {
    return this.#entries.slice(this.#head).filter(({ item }) => matches(item)).length;
  }

  /** How many items were dropped since the last call. */
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
