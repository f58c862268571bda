import { ContactIndex } from '@accolades-flow/core';
import { systemClock } from '@accolades-flow/core/node';

/** What an index is made of. */
export interface ContactSource {
  /** A list of contacts, or text. */
  readonly contacts: unknown;
  readonly numberFields: string;
  readonly country: string;
}

/** An index that was made, and the list as it was then. */
interface Remembered extends ContactSource {
  readonly length: number;
  readonly ends: readonly unknown[];
  readonly index: Promise<ContactIndex>;
}

/** Keeps the index of a node as long as it gets the same contacts. */
export class ContactMemory {
  #remembered: Remembered | null = null;

  /**
   * The index of the contacts, also while it is being built.
   * @returns `isNew`: the index is built for this call
   */
  indexOf(source: ContactSource): { readonly index: Promise<ContactIndex>; readonly isNew: boolean } {
    const last = this.#remembered;
    if (last !== null && isSame(last, source)) return { index: last.index, isNew: false };
    const index = ContactIndex.build(source.contacts, { ...source, clock: systemClock });
    const made: Remembered = { ...source, ...shapeOf(source.contacts), index };
    this.#remembered = made;
    index.catch(() => {
      if (this.#remembered === made) this.#remembered = null;
    });
    return { index, isNew: true };
  }

  clear(): void {
    this.#remembered = null;
  }
}

function isSame(last: Remembered, { contacts, numberFields, country }: ContactSource): boolean {
  if (contacts !== last.contacts || numberFields !== last.numberFields || country !== last.country)
    return false;
  // A flow may have added to the list or removed from it.
  const { length, ends } = shapeOf(contacts);
  return length === last.length && ends.every((end, index) => end === last.ends[index]);
}

function shapeOf(contacts: unknown): { readonly length: number; readonly ends: readonly unknown[] } {
  if (!Array.isArray(contacts)) return { length: 0, ends: [] };
  const list: readonly unknown[] = contacts;
  return { length: list.length, ends: [list[0], list.at(-1)] };
}
