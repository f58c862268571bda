import { AccoladesError } from '../errors.ts';

/** Deeper values of a contact are not looked at. */
const MAX_DEPTH = 6;
/** Values looked at in one contact. */
const MAX_VALUES = 500;
/** Texts with numbers taken from one contact. */
const MAX_TEXTS = 50;
const MAX_NAMED = 50;
/** Names whose kind is remembered; contacts of one list share theirs. */
const MAX_REMEMBERED = 5_000;

/** Words that say that a field holds a phone number, in English and Romanian. */
const PHONE_WORDS: ReadonlySet<string> = new Set(
  (
    'phone phones telephone telephones telefon telefoane telefonul tel tels mobile mobiles mobil mobilul mob cell ' +
    'cellphone cellular celular handy gsm msisdn landline fix whatsapp'
  ).split(' '),
);
/** The same, where the words of a name are written together: `mobilephone`, `nrtelefon`. */
const PHONE_PART = /phone|telefon|msisdn|whatsapp|nrtel|telmobil|telfix/;
/** Words of fields that belong to a number but hold another thing. */
const OTHER_WORDS: ReadonlySet<string> = new Set(
  (
    'id ids ext extension interior country code type label verified area prefix date at count time status carrier ' +
    'operator fax model os app version tara cod primary owner email formattedtype microphone headphone headphones ' +
    'metadata uid'
  ).split(' '),
);

type Kind = 'number' | 'other' | 'plain';

/**
 * Reads the setting with the names of fields. Empty: fields are found by their names.
 * @param names names or paths (`properties.phone`), separated by commas or new lines, or a list
 * @throws AccoladesError `INVALID_PARAMETER`
 */
export function readFieldNames(names: unknown): readonly string[] {
  if (names === undefined || names === null) return [];
  const list: readonly unknown[] = Array.isArray(names) ? names : [names];
  if (list.some((name) => typeof name !== 'string')) {
    throw new AccoladesError('INVALID_PARAMETER', {
      what: 'Write the names of the fields with numbers as text, such as “phone, mobile”.',
    });
  }
  const read = list
    .flatMap((name) => (typeof name === 'string' ? name.split(/[,\n]/) : []))
    .map(normalized)
    .filter((name) => name !== '');
  if (read.length > MAX_NAMED) {
    throw new AccoladesError('INVALID_PARAMETER', {
      what: `Name ${MAX_NAMED} fields with numbers at most.`,
    });
  }
  return read;
}

/** Finds the fields of contacts that hold phone numbers. */
export class NumberFields {
  readonly #named: ReadonlySet<string>;
  readonly #kinds = new Map<string, Kind>();

  /** @param named as `readFieldNames` returns them; empty: by the names of the fields */
  constructor(named: readonly string[]) {
    this.#named = new Set(named);
  }

  /** The values of a contact that hold phone numbers, also in nested objects and lists. */
  valuesOf(contact: unknown): readonly unknown[] {
    if (typeof contact === 'string' || typeof contact === 'number') return [contact];
    const found: unknown[] = [];
    let left = MAX_VALUES;
    const visit = (value: unknown, path: string, isNumber: boolean, depth: number): void => {
      if (found.length >= MAX_TEXTS || left-- <= 0) return;
      if (typeof value !== 'object' || value === null) {
        if (isNumber && (typeof value === 'string' || typeof value === 'number')) found.push(value);
        return;
      }
      if (depth >= MAX_DEPTH) return;
      if (Array.isArray(value)) {
        for (const entry of value.slice(0, left)) visit(entry, path, isNumber, depth + 1);
        return;
      }
      for (const [name, inner] of Object.entries(value)) {
        const innerPath = this.#named.size === 0 ? '' : join(path, name);
        visit(inner, innerPath, this.#isNumberField(name, innerPath, isNumber), depth + 1);
      }
    };
    visit(contact, '', false, 0);
    return found;
  }

  /** @param isInside whether the field is part of one that holds numbers */
  #isNumberField(name: string, path: string, isInside: boolean): boolean {
    if (this.#named.size > 0) {
      if (this.#named.has(path) || this.#named.has(normalized(name))) return true;
      return isInside && this.#kindOf(name) !== 'other';
    }
    const kind = this.#kindOf(name);
    return kind === 'number' || (isInside && kind === 'plain');
  }

  #kindOf(name: string): Kind {
    let kind = this.#kinds.get(name);
    if (kind === undefined) {
      kind = kindOf(name);
      if (this.#kinds.size < MAX_REMEMBERED) this.#kinds.set(name, kind);
    }
    return kind;
  }
}

function kindOf(name: string): Kind {
  const words = name
    .slice(0, 200)
    .replace(/WhatsApp/g, 'Whatsapp')
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .normalize('NFD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .split(/[^a-z]+/);
  if (words.some((word) => OTHER_WORDS.has(word))) return 'other';
  return words.some((word) => PHONE_WORDS.has(word) || PHONE_PART.test(word)) ? 'number' : 'plain';
}

function join(path: string, name: string): string {
  return path === '' ? normalized(name) : `${path}.${normalized(name)}`;
}

/** Without differences that users do not see: case, accents, blanks at the ends, list brackets. */
function normalized(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/\[\w*\]/g, '')
    .replace(/\.\d+(?=\.|$)/g, '')
    .trim();
}
