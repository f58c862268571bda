import { safeName } from '../json/plain-json.ts';

/** A longer card is left out, in characters. Photos are long. */
const MAX_CARD_CHARS = 1024 * 1024;
/** Long values, such as photos, are left out, in characters. */
const MAX_VALUE_CHARS = 4_096;

/** Properties that may occur several times, and are therefore always lists. */
const LISTS: Readonly<Record<string, string>> = { tel: 'tel', email: 'email', url: 'url', adr: 'address' };
const SINGLE: Readonly<Record<string, string>> = {
  fn: 'name',
  org: 'organization',
  title: 'title',
  note: 'note',
  uid: 'uid',
};

/**
 * The contacts in vCard text, versions 2.1 to 4.0: `name`, `organization`, `title`, `note`, `uid`,
 * and the lists `tel`, `email`, `url`, `address`. Parses one card at a time.
 */
export function* contactsInVcards(text: string): Generator {
  const boundary = /^(BEGIN|END):VCARD[^\S\n]*\r?$/gim;
  let start: number | null = null;
  for (let found = boundary.exec(text); found !== null; found = boundary.exec(text)) {
    if (found[1]?.toUpperCase() === 'BEGIN') start = boundary.lastIndex;
    else if (start !== null) {
      if (found.index - start <= MAX_CARD_CHARS) yield contactOf(text.slice(start, found.index));
      start = null;
    }
  }
}

function contactOf(card: string): unknown {
  const contact: Record<string, string | string[]> = {};
  for (const line of unfolded(card)) {
    // [group.]NAME[;PARAMETER…]:value; a quoted parameter may hold a colon.
    const [, property, parameters = '', written] =
      /^(?:[\w-]+\.)?([\w-]+)((?:;(?:"[^"]*"|[^":;])*)*):(.*)$/s.exec(line) ?? [];
    if (property === undefined || written === undefined || written.length > MAX_VALUE_CHARS) continue;
    const name = property.toLowerCase();
    const value = valueOf(written, parameters);
    if (value === '') continue;
    const list = LISTS[name];
    const single = SINGLE[name];
    if (list !== undefined) {
      const values = contact[list];
      if (Array.isArray(values)) values.push(value);
      else contact[list] = [value];
    } else if (single !== undefined) contact[safeName(single)] ??= value;
  }
  return contact;
}

/**
 * A line that begins with a blank continues the one before; so does one after a soft line break.
 */
function unfolded(card: string): string[] {
  const lines = card.replace(/\r?\n[ \t]/g, '').split(/\r?\n/);
  const joined: string[] = [];
  for (const line of lines) {
    const last = joined.at(-1);
    if (last?.endsWith('=') === true && /;(?:ENCODING=)?QUOTED-PRINTABLE[;:]/i.test(last)) {
      joined[joined.length - 1] = last.slice(0, -1) + line;
    } else joined.push(line);
  }
  return joined;
}

function valueOf(written: string, parameters: string): string {
  const text = /;(?:ENCODING=)?QUOTED-PRINTABLE(?:;|$)/i.test(parameters)
    ? fromQuotedPrintable(written)
    : written;
  return text
    .replace(/\\n/gi, '\n')
    .replace(/\\([,;\\:])/g, '$1')
    .replace(/^tel:/i, '')
    .trim();
}

function fromQuotedPrintable(text: string): string {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const hex = /^=([\dA-F]{2})/i.exec(text.slice(at, at + 3))?.[1];
    bytes.push(hex === undefined ? text.charCodeAt(at) & 0xff : parseInt(hex, 16));
    if (hex !== undefined) at += 2;
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
