import { isObject, type JsonObject } from '../json/json-object.ts';
import { copyFields, fieldText, measure, parseJson, parseJsonFields } from './fields.ts';
import { decoderOf, formValue, parseForm } from './form.ts';
import { tooLarge, unsupported, type BodyFormat } from './request.ts';

/** The fields of a query or body. One field can be read without decoding all others. */
export interface PostedFields {
  /** Returns the text of one field. Null when it is missing or the body is unreadable. */
  text(name: string): string | null;
  /** @throws AccoladesError `BODY_MALFORMED`, `UNSUPPORTED_MEDIA_TYPE` */
  all(): JsonObject;
}

export function formFields(form: string | Uint8Array, charset?: string): PostedFields {
  return {
    text: (name) => formValue(form, name, charset),
    all: () => parseForm(form, charset),
  };
}

/**
 * Returns the fields of a body, raw or parsed by the host.
 * @throws AccoladesError `BODY_TOO_LARGE`, `UNSUPPORTED_MEDIA_TYPE`; `BODY_MALFORMED` for a parsed
 *   body that is not an object, nested too deep or has too many fields
 */
export function bodyFields(body: unknown, format: BodyFormat, maxBytes: number): PostedFields {
  if (body === undefined || body === null) return formFields('');
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return parsedFields(body, maxBytes);
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  if (bytes.byteLength > maxBytes) throw tooLarge(maxBytes);
  const kind = format.kind === 'text' ? kindOf(bytes) : format.kind;
  if (bytes.byteLength === 0 || kind === 'form') return formFields(bytes, format.charset);
  // Text has already been decoded by the host.
  return jsonFields(typeof body === 'string' ? body : decoderOf(format.charset).decode(bytes));
}

function parsedFields(body: unknown, maxBytes: number): PostedFields {
  if (!isObject(body)) copyFields(body);
  else if (measure(body) > maxBytes) throw tooLarge(maxBytes);
  return { text: (name) => (isObject(body) ? fieldText(body, name) : null), all: () => copyFields(body) };
}

function jsonFields(text: string): PostedFields {
  return {
    text(name) {
      // Skip parsing: without its name or an escape, the field cannot be present.
      if (!text.includes(JSON.stringify(name)) && !text.includes('\\')) return null;
      const data = parseJson(text);
      return isObject(data) ? fieldText(data, name) : null;
    },
    all: () => parseJsonFields(text),
  };
}

const OPENING_BRACE = 0x7b;
const EQUALS = 0x3d;

/** @throws AccoladesError `UNSUPPORTED_MEDIA_TYPE`: plain text that is neither a form nor JSON */
function kindOf(bytes: Uint8Array): 'form' | 'json' {
  const first = bytes.find((byte) => byte > 0x20);
  if (first === OPENING_BRACE) return 'json';
  if (first === undefined || bytes.includes(EQUALS)) return 'form';
  throw unsupported();
}
