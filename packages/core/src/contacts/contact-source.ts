import { AccoladesError } from '../errors.ts';
import { contactsInCsv, contactsInRows } from './csv.ts';
import { contactsInVcards } from './vcard.ts';

/** Longer text is refused, in characters. */
const MAX_TEXT_CHARS = 64 * 1024 * 1024;
/** JSON cannot be parsed in parts, and more of it would take over 50 ms. */
const MAX_JSON_CHARS = 3 * 1024 * 1024;

/** Fields in which services wrap a list of contacts, in their answers. */
const WRAPPERS = [
  'results',
  'data',
  'items',
  'contacts',
  'records',
  'value',
  'values',
  'connections',
  'rows',
  'result',
];

/**
 * The contacts in what a user or a flow gives: a list of objects, an answer of a service that wraps
 * one, rows of a table, a single contact, or text of CSV, vCards or JSON. Parses text only as far
 * as it is asked.
 * @throws AccoladesError `INVALID_PARAMETER`
 */
export function contactsIn(value: unknown, country: string): Iterator<unknown> {
  if (value instanceof Uint8Array) return contactsInText(textOf(value), country);
  if (typeof value === 'string') return contactsInText(value, country);
  if (typeof value !== 'object' || value === null) {
    throw invalid(
      'Give the contacts as a list of objects, or as text of CSV, vCards or JSON: there is none.',
    );
  }
  return listOf(value, country);
}

function listOf(value: object, country: string): Iterator<unknown> {
  const list = Array.isArray(value) ? value : wrappedIn(value);
  if (list === null) return [value].values();
  const [first] = list;
  return Array.isArray(first) ? contactsInRows(list.filter(Array.isArray), country) : list.values();
}

function wrappedIn(value: object): readonly unknown[] | null {
  for (const name of WRAPPERS) {
    const inner: unknown = Reflect.get(value, name);
    if (!Array.isArray(inner)) continue;
    const list: readonly unknown[] = inner;
    if (list.every((entry) => typeof entry === 'object')) return list;
  }
  return null;
}

function contactsInText(given: string, country: string): Iterator<unknown> {
  if (given.length > MAX_TEXT_CHARS) {
    throw invalid('Give fewer contacts: their text is longer than 64 million characters.');
  }
  const text = given.replace(/^\ufeff/, '');
  if (/^\s*BEGIN:VCARD/i.test(text)) return contactsInVcards(text);
  if (/^\s*[[{]/.test(text)) return contactsInJson(text, country);
  return contactsInCsv(text.trimStart(), country);
}

function contactsInJson(text: string, country: string): Iterator<unknown> {
  if (text.length > MAX_JSON_CHARS) {
    throw invalid(
      'Give the contacts as a list instead of JSON text, or as CSV: the JSON is longer than 3 MiB.',
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('Correct the JSON of the contacts: it cannot be read.');
  }
  return listOf(typeof value === 'object' && value !== null ? value : [], country);
}

/** Text of a file: UTF-8, else what Excel writes in Central Europe. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1250').decode(bytes);
  }
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_PARAMETER', { what });
}
