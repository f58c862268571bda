import type { CountryCode } from 'libphonenumber-js/max';
import metadata from 'libphonenumber-js/max/metadata';
import type { Phone } from './phone.ts';

/** The layout of the metadata that is read here. */
const METADATA_VERSION = 4;

/** Where a plan's array holds what, as libphonenumber's METADATA.md has it. */
const AT = {
  callingCode: 0,
  iddPrefix: 1,
  pattern: 2,
  lengths: 3,
  formats: 4,
  prefix: 5,
  prefixRule: 6,
  prefixForParsing: 7,
  prefixTransform: 8,
  types: 11,
} as const;
const FORMAT_AT = { pattern: 0, template: 1, leadingDigits: 2, prefixRule: 3, international: 5 } as const;
/** The places of the types in the metadata, in the order in which libphonenumber asks them. */
const TYPES = [
  ['FIXED_LINE', 0],
  ['MOBILE', 1],
  ['PREMIUM_RATE', 3],
  ['TOLL_FREE', 2],
  ['SHARED_COST', 9],
  ['VOIP', 8],
  ['PERSONAL_NUMBER', 4],
  ['PAGER', 7],
  ['UAN', 6],
  ['VOICEMAIL', 5],
] as const;
/** What libphonenumber takes for separators: an international number has spaces in their place. */
const SEPARATORS =
  /[-\u2010-\u2015\u2212\u30FC\uFF0D\uFF0F/\uFF0E. \xA0\xAD\u200B\u2060\u3000()\uFF08\uFF09\uFF3B\uFF3D[\]~\u2053\u223C\uFF5E]+/g;

interface Type {
  readonly name: string;
  readonly pattern: RegExp;
  /** In digits. */
  readonly lengths: readonly unknown[] | null;
}

interface Format {
  readonly leadingDigits: RegExp | null;
  /** Of a whole number, in groups of digits. */
  readonly pattern: RegExp;
  readonly national: Template;
  readonly international: Template;
}

/** Text, and in it the number of the group of digits that stands there. */
type Template = readonly (string | number)[];

/**
 * A country's numbers as they are usually written, `0211234567` and `+40211234567`, read with libphonenumber's metadata, whose expressions
 * are compiled once. The library compiles a dozen anew for each number: that is most of what it costs, and 10 KB of garbage.
 *
 * Whatever is written another way, or is not valid, is left to the library. A test holds the two together.
 */
export class NumberingPlan {
  /** Null for a country whose numbers are not told from another's by the calling code alone, or with rules of its own. */
  static of(country: CountryCode): NumberingPlan | null {
    if (metadata.version !== METADATA_VERSION) return null;
    const fields = listOf(metadata.countries[country]);
    const callingCode = textOf(fields[AT.callingCode]);
    if (callingCode === '' || metadata.country_calling_codes[callingCode]?.length !== 1) return null;
    if (textOf(fields[AT.iddPrefix]) === '' || textOf(fields[AT.pattern]) === '') return null;
    const ownRules = [fields[AT.prefixRule], fields[AT.prefixForParsing], fields[AT.prefixTransform]];
    if (ownRules.some((rule) => textOf(rule) !== '')) return null;
    const mobile = readType('MOBILE', listOf(fields[AT.types])[1]);
    return mobile === null ? null : new NumberingPlan(country, callingCode, fields, mobile);
  }

  readonly #country: string;
  readonly #international: string;
  readonly #iddPrefix: RegExp;
  readonly #prefix: string;
  readonly #pattern: RegExp;
  readonly #lengths: readonly unknown[];
  readonly #mobile: Type;
  readonly #types: readonly Type[];
  readonly #formats: readonly Format[];

  private constructor(country: string, callingCode: string, fields: readonly unknown[], mobile: Type) {
    this.#country = country;
    this.#international = `+${callingCode}`;
    this.#iddPrefix = new RegExp(`^(?:${textOf(fields[AT.iddPrefix])})`);
    this.#prefix = textOf(fields[AT.prefix]);
    this.#pattern = entirely(textOf(fields[AT.pattern]));
    this.#lengths = listOf(fields[AT.lengths]);
    const types = listOf(fields[AT.types]);
    this.#mobile = mobile;
    this.#types = TYPES.flatMap(([name, place]) => readType(name, types[place]) ?? []);
    this.#formats = listOf(fields[AT.formats]).map((format) => readFormat(listOf(format)));
  }

  /** Null for one that the library must read. */
  read(phoneNumber: string): Phone | null {
    const number = this.#nationalNumber(phoneNumber);
    if (number === null || !this.#pattern.test(number) || !this.#lengths.includes(number.length)) return null;
    const type = this.#typeOf(number);
    if (type === null) return null;
    for (const { leadingDigits, pattern, national, international } of this.#formats) {
      if (leadingDigits?.test(number) === false) continue;
      const groups = pattern.exec(number);
      if (groups === null) continue;
      return {
        e164: this.#international + number,
        national: fillIn(national, groups),
        international: `${this.#international} ${fillIn(international, groups)}`,
        country: this.#country,
        type,
      };
    }
    return null;
  }

  /** Without what stands before it; null when that is not certain. */
  #nationalNumber(phoneNumber: string): string | null {
    const prefix = this.#prefix;
    if (phoneNumber.startsWith(this.#international)) {
      const number = phoneNumber.slice(this.#international.length);
      return prefix !== '' && number.startsWith(prefix) ? null : number;
    }
    if (!phoneNumber.startsWith(prefix) || this.#iddPrefix.test(phoneNumber)) return null;
    return phoneNumber.slice(prefix.length);
  }

  #typeOf(number: string): string | null {
    for (const type of this.#types) {
      if (!isOf(type, number)) continue;
      return type.name === 'FIXED_LINE' && isOf(this.#mobile, number) ? 'FIXED_LINE_OR_MOBILE' : type.name;
    }
    return null;
  }
}

function isOf({ pattern, lengths }: Type, number: string): boolean {
  return (lengths === null || lengths.includes(number.length)) && pattern.test(number);
}

function readType(name: string, type: unknown): Type | null {
  const [pattern, lengths] = listOf(type);
  if (textOf(pattern) === '') return null;
  return {
    name,
    pattern: entirely(textOf(pattern)),
    lengths: Array.isArray(lengths) ? listOf(lengths) : null,
  };
}

function readFormat(fields: readonly unknown[]): Format {
  const pattern = textOf(fields[FORMAT_AT.pattern]);
  const template = textOf(fields[FORMAT_AT.template]);
  const leadingDigits = textOf(listOf(fields[FORMAT_AT.leadingDigits]).at(-1));
  const prefixRule = textOf(fields[FORMAT_AT.prefixRule]);
  const international = textOf(fields[FORMAT_AT.international]) || template;
  return {
    leadingDigits: leadingDigits === '' ? null : new RegExp(`^(?:${leadingDigits})`),
    pattern: entirely(pattern),
    national: readTemplate(prefixRule === '' ? template : template.replace(/(\$\d)/, prefixRule)),
    international: readTemplate(international.replace(SEPARATORS, ' ').trim()),
  };
}

/** `String.prototype.replace` reads its `0$1 $2` anew each time, which takes longer than all the rest. */
function readTemplate(text: string): Template {
  return text.split(/\$(\d)/).map((part, index) => (index % 2 === 1 ? Number(part) : part));
}

function fillIn(template: Template, groups: RegExpExecArray): string {
  let text = '';
  for (const part of template) text += typeof part === 'string' ? part : (groups[part] ?? '');
  return text;
}

function entirely(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}

/** What is left out in the metadata has a 0 in its place, or none. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
