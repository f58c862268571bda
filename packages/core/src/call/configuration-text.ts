import { XMLParser, XMLValidator } from 'fast-xml-parser';
import Papa from 'papaparse';
import { plainCopy, safeName } from '../json/plain-json.ts';
import type { AgentConfiguration, ConfigurationEntity } from '../protocol/messages.ts';

/** The format of a configuration text; `auto` detects it. */
export type TextFormat = 'auto' | 'json' | 'xml' | 'csv';

export const TEXT_FORMATS: readonly TextFormat[] = ['auto', 'json', 'xml', 'csv'];

/** A parsed configuration text. */
export interface ParsedText {
  /** `text`: none of the other formats; `data` is the text itself. */
  readonly format: 'json' | 'xml' | 'csv' | 'text';
  /**
   * - JSON: the value.
   * - XML: an object by element name. Attributes are `@name`, text beside other content is `#text`,
   *   repeated elements are a list. Every value is text.
   * - CSV: a list of rows, as objects by the names in the first row. Every value is text.
   */
  readonly data: unknown;
  /** Why the text could not be parsed in the requested format. Null on success, and with `auto`. */
  readonly problem: string | null;
}

/** Longer texts are not parsed, in characters. The documented maximum is 2,000. */
const MAX_CHARS = 64 * 1024;
const MAX_XML_DEPTH = 32;
const MAX_CSV_ROWS = 10_000;

/**
 * Parses a configuration text, whose format the customer chooses. Never throws. The caller keeps
 * the original.
 *
 * Safe with hostile text: limited in size, XML without a document type (no custom entities),
 * reserved names made harmless.
 */
export function parseConfigurationText(text: string, format: TextFormat = 'auto'): ParsedText {
  if (text.length > MAX_CHARS) return plain(text, `The text is longer than ${MAX_CHARS} characters.`);
  const trimmed = text.replace(/^\ufeff/, '').trim();
  switch (format) {
    case 'json':
      return asJson(trimmed) ?? plain(text, 'The text is not valid JSON, or nested too deep.');
    case 'xml':
      return asXml(trimmed) ?? plain(text, 'The text is not well-formed XML without a document type.');
    case 'csv':
      return asCsv(trimmed, false) ?? plain(text, 'The text is not CSV with the names in its first row.');
    case 'auto':
      return (
        (/^[[{]/.test(trimmed) ? asJson(trimmed) : null) ??
        (trimmed.startsWith('<') ? asXml(trimmed) : null) ??
        asCsv(trimmed, true) ??
        plain(text, null)
      );
  }
}

/** A configuration text with its parsed content. */
export interface ParsedEntity extends ConfigurationEntity {
  readonly parsed: ParsedText;
}

export interface ParsedConfiguration {
  readonly account: ParsedEntity | null;
  readonly phone: ParsedEntity | null;
  readonly agent: ParsedEntity | null;
}

/** Adds the parsed content to each text of a configuration. `id` and `data` do not change. */
export function parseConfiguration(
  configuration: AgentConfiguration,
  format: TextFormat = 'auto',
): ParsedConfiguration {
  const parsed = (entity: ConfigurationEntity | null): ParsedEntity | null =>
    entity && { ...entity, parsed: parseConfigurationText(entity.data, format) };
  return {
    account: parsed(configuration.account),
    phone: parsed(configuration.phone),
    agent: parsed(configuration.agent),
  };
}

function plain(text: string, problem: string | null): ParsedText {
  return { format: 'text', data: text, problem };
}

function asJson(text: string): ParsedText | null {
  try {
    const copy = plainCopy(JSON.parse(text));
    return copy === undefined ? null : { format: 'json', data: copy.value, problem: null };
  } catch {
    return null;
  }
}

/** A declaration such as a document type; comments and CDATA sections are none. */
const DECLARATION = /<!(?!--|\[CDATA\[)/;
const XML_VERSION = /^<\?xml\s[^?]*\?>/;

function asXml(text: string): ParsedText | null {
  // fast-xml-parser honours a document type anywhere in the text, whose entities may be hostile.
  if (DECLARATION.test(text)) return null;
  // The validator overlooks some ends of a document, but none of an element.
  const wrapped = `<document>${text.replace(XML_VERSION, '')}</document>`;
  // Its successor, fast-xml-validator, brings three packages for the same answer.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  if (XMLValidator.validate(wrapped) !== true) return null;
  try {
    const parser = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '@',
      // Keep text: numbers would lose leading zeros.
      parseTagValue: false,
      parseAttributeValue: false,
      // Also decodes numeric references. Custom entities cannot occur here.
      htmlEntities: true,
      ignoreDeclaration: true,
      ignorePiTags: true,
      maxNestedTags: MAX_XML_DEPTH + 1,
    });
    const parsed: unknown = parser.parse(wrapped);
    const copy = plainCopy(Reflect.get(Object(parsed), 'document'));
    return copy !== undefined && isOneElement(copy.value)
      ? { format: 'xml', data: copy.value, problem: null }
      : null;
  } catch {
    return null;
  }
}

/** Whether a document has one element and no text beside it. */
function isOneElement(document: unknown): boolean {
  if (typeof document !== 'object' || document === null) return false;
  const [[name, element] = [], ...others] = Object.entries(document);
  return name !== undefined && name !== '#text' && !Array.isArray(element) && others.length === 0;
}

const DELIMITERS = [',', ';', '\t', '|'];

/**
 * @param strict accept only text that is clearly CSV: several rows with the same number of columns,
 *   at least two
 */
function asCsv(text: string, strict: boolean): ParsedText | null {
  if (text === '') return null;
  const { data, errors } = Papa.parse<unknown>(text, {
    delimitersToGuess: DELIMITERS,
    skipEmptyLines: true,
    preview: MAX_CSV_ROWS,
  });
  // A single column has no delimiter to detect.
  if (errors.some((error) => error.code !== 'UndetectableDelimiter')) return null;
  const rows = data.map((row) => (Array.isArray(row) ? row.map(String) : []));
  const [header, ...body] = rows;
  if (header === undefined) return null;
  const names = header.map((name) => safeName(name.trim()));
  if (names.includes('') || new Set(names).size !== names.length) return null;
  if (body.some((row) => (strict ? row.length !== names.length : row.length > names.length))) return null;
  if (strict && (names.length < 2 || body.length === 0)) return null;
  return {
    format: 'csv',
    data: body.map((row) => Object.fromEntries(names.map((name, column) => [name, row[column] ?? '']))),
    problem: null,
  };
}
