import Papa from 'papaparse';
import { AccoladesError } from '../errors.ts';
import { safeName } from '../json/plain-json.ts';
import { parsePhone } from '../call/phone.ts';
import { readNumbers } from './read-numbers.ts';

/** Text parsed at a time, in characters: about 2 ms. */
const CHUNK_CHARS = 32 * 1024;
/** A row longer than this is a mistake in the quotes, in characters. */
const MAX_ROW_CHARS = 256 * 1024;
const DELIMITERS = [',', ';', '\t', '|'];
const MAX_COLUMNS = 500;

/**
 * The contacts in CSV text, as objects by the names in its first row. A first row with a phone
 * number is a contact: then the columns with numbers are `phone`, `phone2`, and others `column1`
 * … Parses only as far as it is asked.
 * @throws AccoladesError `INVALID_PARAMETER` for a row that does not end
 */
export function* contactsInCsv(text: string, country: string): Generator {
  yield* contactsInRows(rowsOf(text), country);
}

/** Like {@link contactsInCsv}, for rows that are split already. */
export function* contactsInRows(rows: Iterable<readonly unknown[]>, country: string): Generator {
  let names: readonly string[] | null = null;
  for (const row of rows) {
    if (names === null) {
      const isContact = row.some((cell) => isPhone(cell, country));
      names = isContact ? namesFor(row, country) : unique(row.map(nameOf));
      if (!isContact) continue;
    }
    yield contactOf(names, row);
  }
}

function contactOf(names: readonly string[], row: readonly unknown[]): unknown {
  const contact: Record<string, unknown> = {};
  for (const [column, name] of names.entries()) contact[name] = row[column] ?? '';
  return contact;
}

function nameOf(cell: unknown, column: number): string {
  const name = typeof cell === 'string' || typeof cell === 'number' ? String(cell).trim() : '';
  return name === '' ? `column${column + 1}` : safeName(name.slice(0, 200));
}

function namesFor(row: readonly unknown[], country: string): readonly string[] {
  return unique(row.map((cell, column) => (isPhone(cell, country) ? 'phone' : `column${column + 1}`)));
}

function isPhone(cell: unknown, country: string): boolean {
  return readNumbers(cell).some((number) => parsePhone(number, country) !== null);
}

/** `phone`, `phone2`, … */
function unique(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.slice(0, MAX_COLUMNS).map((name) => {
    let free = name;
    for (let number = 2; taken.has(free); number++) free = `${name}${number}`;
    taken.add(free);
    return free;
  });
}

function* rowsOf(text: string): Generator<readonly unknown[]> {
  // The first line that Excel writes to name the delimiter.
  const sep = /^sep=(.)\r?\n/i.exec(text);
  let at = sep?.[0].length ?? 0;
  const start = Papa.parse(text.slice(at, at + CHUNK_CHARS), {
    delimitersToGuess: DELIMITERS,
    preview: 10,
    skipEmptyLines: true,
  }).meta;
  const delimiter = sep?.[1] ?? start.delimiter;
  let size = CHUNK_CHARS;
  while (at < text.length) {
    const chunk = text.slice(at, at + size);
    const isLast = at + size >= text.length;
    const parser = new Papa.Parser({ delimiter, newline: newlineOf(start.linebreak) });
    const { rows, length } = parsedBy(parser, chunk, isLast);
    if (length === 0 && !isLast) {
      size *= 2;
      if (size > MAX_ROW_CHARS) throw unendingRow();
      continue;
    }
    for (const row of rows) if (row.some((cell) => cell !== '')) yield row;
    at += isLast ? chunk.length : length;
    size = CHUNK_CHARS;
  }
}

function newlineOf(linebreak: string): '\n' | '\r' | '\r\n' {
  return linebreak === '\r' || linebreak === '\r\n' ? linebreak : '\n';
}

/** All rows that end in the text, and the number of characters that they take. */
function parsedBy(
  parser: Papa.Parser,
  text: string,
  isLast: boolean,
): { readonly rows: readonly (readonly unknown[])[]; readonly length: number } {
  const parsed: unknown = parser.parse(text, 0, !isLast);
  const { data, meta } = Object.assign({ data: [], meta: {} }, parsed);
  const { cursor } = Object.assign({ cursor: 0 }, meta);
  const rows: readonly unknown[] = Array.isArray(data) ? data : [];
  return {
    rows: rows.map((row): readonly unknown[] => (Array.isArray(row) ? row : [])),
    length: typeof cursor === 'number' ? cursor : 0,
  };
}

function unendingRow(): AccoladesError {
  return new AccoladesError('INVALID_PARAMETER', {
    what: 'Correct the quotes in the CSV text of the contacts: a row of more than 256 KiB was found.',
  });
}
