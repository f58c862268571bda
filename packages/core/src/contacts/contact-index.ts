import { parseCountry } from '../call/phone.ts';
import { AccoladesError } from '../errors.ts';
import type { Clock } from '../time/clock.ts';
import { callerNumber } from './caller-number.ts';
import { contactsIn } from './contact-source.ts';
import { NumberFields, readFieldNames } from './number-fields.ts';
import { NumberKeys, type Likeness } from './number-keys.ts';
import { readNumbers } from './read-numbers.ts';

const MAX_CONTACTS = 250_000;
const MAX_NUMBERS = 1_000_000;
/** Numbers taken from one contact. */
const MAX_NUMBERS_OF_CONTACT = 50;
/** Contacts returned for one number. */
const MAX_FOUND = 100;
/**
 * Work at a time, in milliseconds. Other work of the process waits this long and for the last step,
 * which takes up to 5 ms.
 */
const SLICE_MS = 10;
/** Each holds a few thousand keys. */
const MAPS = 64;

export interface ContactIndexOptions {
  /** Where numbers without a country code are at home. @default RO */
  readonly country?: unknown;
  /** The fields with numbers, see `readFieldNames`. @default found by their names */
  readonly numberFields?: unknown;
  readonly clock: Clock;
}

/** The contacts that have a number. */
export interface ContactMatch {
  /** `exact`: the same E.164 number. `likely`: the last nine digits. Null: no contact. */
  readonly match: Likeness | null;
  /** The only contact found; null when there are several or none. */
  readonly contact: unknown;
  /** All contacts with the better kind of match, as given and in their order; 100 at most. */
  readonly contacts: readonly unknown[];
}

const NOTHING: ContactMatch = { match: null, contact: null, contacts: [] };

/**
 * Finds the contacts that have a number. Built once; an answer takes less than 0.1 ms. Keeps
 * references to the given contacts, so do not change them while the index is in use.
 */
export class ContactIndex {
  readonly #fields: NumberFields;
  readonly #keys: NumberKeys;
  readonly #contacts: unknown[] = [];
  /** Of each number: its text, its contact, and the entry before with the same key (-1: none). */
  readonly #numbers: string[] = [];
  readonly #owners: number[] = [];
  readonly #before: number[] = [];
  /** The newest entry of each key, in several maps: one large map would block while it grows. */
  readonly #last = Array.from({ length: MAPS }, () => new Map<number, number>());

  /**
   * Builds the index in slices, so that other work of the process can go on.
   * @param contacts a list of objects, or text of CSV, vCards or JSON; see `contactsIn`
   * @throws AccoladesError `INVALID_PARAMETER`
   */
  static async build(contacts: unknown, options: ContactIndexOptions): Promise<ContactIndex> {
    const { clock } = options;
    const country = parseCountry(options.country);
    const index = new ContactIndex(
      new NumberFields(readFieldNames(options.numberFields)),
      new NumberKeys(country),
    );
    const source = contactsIn(contacts, country);
    for (;;) {
      const end = clock.monotonic() + SLICE_MS;
      while (clock.monotonic() < end) {
        const next = source.next();
        if (next.done === true) return index;
        index.#add(next.value);
      }
      await new Promise<void>((resolve) => clock.start(0, resolve));
    }
  }

  private constructor(fields: NumberFields, keys: NumberKeys) {
    this.#fields = fields;
    this.#keys = keys;
  }

  /** The contacts in the index. */
  get contactCount(): number {
    return this.#contacts.length;
  }

  /** The numbers in the index: 0 with contacts means that no field with numbers was found. */
  get numberCount(): number {
    return this.#numbers.length;
  }

  /** @param caller a number in any form, or a call message */
  find(caller: unknown): ContactMatch {
    const number = callerNumber(caller);
    if (number === null) return NOTHING;
    const wanted = this.#keys.wanted(number);
    const found = { exact: new Set<number>(), likely: new Set<number>() };
    // Contacts of one company share numbers, so each is compared once.
    const compared = new Map<string, Likeness | null>();
    let entry = this.#lastOf(wanted.key).get(wanted.key) ?? -1;
    while (entry !== -1) {
      const text = this.#numbers[entry] ?? '';
      let likeness = compared.get(text);
      if (likeness === undefined) {
        likeness = this.#keys.compare(wanted, text);
        compared.set(text, likeness);
      }
      if (likeness !== null) found[likeness].add(this.#owners[entry] ?? -1);
      entry = this.#before[entry] ?? -1;
    }
    const match = found.exact.size > 0 ? 'exact' : 'likely';
    return found[match].size === 0 ? NOTHING : this.#result(match, found[match]);
  }

  #result(match: Likeness, owners: ReadonlySet<number>): ContactMatch {
    const contacts = [...owners]
      .sort((one, other) => one - other)
      .slice(0, MAX_FOUND)
      .map((owner) => this.#contacts[owner]);
    return { match, contact: contacts.length === 1 ? contacts[0] : null, contacts };
  }

  #add(contact: unknown): void {
    if (contact === null || contact === undefined || typeof contact === 'boolean') return;
    if (this.#contacts.length >= MAX_CONTACTS) throw tooMany(`${MAX_CONTACTS} contacts`);
    const owner = this.#contacts.push(contact) - 1;
    const numbers = new Set<string>();
    for (const value of this.#fields.valuesOf(contact)) {
      for (const number of readNumbers(value)) {
        if (numbers.size < MAX_NUMBERS_OF_CONTACT) numbers.add(number);
      }
    }
    for (const number of numbers) this.#addNumber(number, owner);
  }

  #addNumber(number: string, owner: number): void {
    if (this.#numbers.length >= MAX_NUMBERS) throw tooMany(`${MAX_NUMBERS} numbers`);
    const key = this.#keys.keyOf(number);
    const entry = this.#numbers.push(number) - 1;
    this.#owners.push(owner);
    const last = this.#lastOf(key);
    this.#before.push(last.get(key) ?? -1);
    last.set(key, entry);
  }

  #lastOf(key: number): Map<number, number> {
    const map = this.#last[key % MAPS];
    if (map === undefined) throw new RangeError(`There is no map for ${key}.`);
    return map;
  }
}

function tooMany(what: string): AccoladesError {
  return new AccoladesError('INVALID_PARAMETER', {
    what: `Give fewer contacts, such as those of one country or team: ${what} at most.`,
  });
}
