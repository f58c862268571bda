import { median } from '../support/report.ts';

/** Heap measurements at equal intervals. */
export class HeapGrowth {
  readonly #samples: number[] = [];

  /** @param bytes in use after a collection */
  add(bytes: number): void {
    this.#samples.push(bytes);
  }

  /**
   * Growth over the last half: the median of the last quarter relative to the quarter before; 0.02
   * is 2 %.
   */
  get growth(): number {
    return this.#quarter(0.75) / this.#quarter(0.5) - 1;
  }

  #quarter(from: number): number {
    const { length } = this.#samples;
    return median(this.#samples.slice(Math.floor(length * from), Math.floor(length * (from + 0.25))));
  }
}
