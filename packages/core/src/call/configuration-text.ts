import { XMLParser } from 'fast-xml-parser';
import Papa from 'papaparse';
import { plainCopy, safeName } from '../json/plain-json.ts';
import type { AgentConfiguration, ConfigurationEntity } from '../protocol/messages.ts';
import { isWellFormedXml } from './well-formed-xml.ts';

/** How a configuration text is read: by its look, or as one format. */
export type TextFormat = 'auto' | 'json' | 'xml' | 'csv';

export const TEXT_FORMATS: readonly TextFormat[] = ['auto', 'json', 'xml', 'csv'];

/** A text of the configuration after it was read. */
export interface ParsedText {
  /** `text`: none of the others; `data` is then the text itself. */
  readonly format: 'json' | 'xml' | 'csv' | 'text';
  /**
   * - JSON: the value.
   * - XML: an object by element names; attributes as `@name`, text beside others as `#text`, repeated elements as a list;
   *   every value is text.
   * - CSV: a list of rows, as objects by the names in the first row; every value is text.
   */
  readonly data: unknown;
  /** Why the text could not be read as the format that was asked for; null when it could, and with `auto`. */
  readonly problem: string | null;
}

/** Documented are 2,000 characters; beyond this nothing is parsed. */
const MAX_CHARS = 64 * 1024;
const MAX_XML_DEPTH = 32;
const MAX_CSV_ROWS = 10_000;

/**
 * Reads a text whose format its author chose freely. Never throws; the caller keeps the original.
 *
 * Safe with hostile text: bounded, no document type and so no entities of its own in XML, reserved names made harmless.
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

/** A configuration text with what was read from it. */
export interface ParsedEntity extends ConfigurationEntity {
  readonly parsed: ParsedText;
}

export interface ParsedConfiguration {
  readonly account: ParsedEntity | null;
  readonly phone: ParsedEntity | null;
  readonly agent: ParsedEntity | null;
}

/** The configuration with each text also parsed; `id` and `data` stay as they are. */
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

function asXml(text: string): ParsedText | null {
  // The parser would make something of nearly every text, and would take entities from a document type.
  if (!isWellFormedXml(text)) return null;
  try {
    const parser = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '@',
      // As text, since a number would lose its leading zeros.
      parseTagValue: false,
      parseAttributeValue: false,
      // Reads numeric references, too; entities of its own a text cannot have here.
      htmlEntities: true,
      ignoreDeclaration: true,
      ignorePiTags: true,
      maxNestedTags: MAX_XML_DEPTH,
    });
    const data: unknown = parser.parse(text);
    const copy = plainCopy(data);
    return copy === undefined ? null : { format: 'xml', data: copy.value, problem: null };
  } catch {
    return null;
  }
}

const DELIMITERS = [',', ';', '\t', '|'];

/** @param strict only what can hardly be anything else: several rows of several columns, all of the same number */
function asCsv(text: string, strict: boolean): ParsedText | null {
  if (text === '') return null;
  const { data, errors } = Papa.parse<unknown>(text, {
    delimitersToGuess: DELIMITERS,
    skipEmptyLines: true,
    preview: MAX_CSV_ROWS,
  });
  // A single column has no delimiter that could be found.
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
