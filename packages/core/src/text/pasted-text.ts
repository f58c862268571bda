/**
 * Characters without width: zero-width spaces and joiners, soft hyphens, byte order marks, bidi
 * marks. Copying from a web page, a chat or a document may add them.
 */
const INVISIBLE =
  '\\u00AD\\u034F\\u061C\\u115F\\u1160\\u180E\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u206F\\uFE00-\\uFE0F\\uFEFF';
const ANYWHERE = new RegExp(`[${INVISIBLE}]+`, 'g');
const AT_ENDS = new RegExp(`^[\\s${INVISIBLE}]+|[\\s${INVISIBLE}]+$`, 'g');
const INVISIBLE_AT_ENDS = new RegExp(`^[\\u00A0${INVISIBLE}]+|[\\u00A0${INVISIBLE}]+$`, 'g');

/** Removes blanks and invisible characters at both ends. For text that may hold any character. */
export function withoutPastedEnds(text: string): string {
  return text.replace(AT_ENDS, '');
}

/** Removes invisible characters at both ends of a secret. Keeps blanks, which may belong to it. */
export function withoutInvisibleEnds(text: string): string {
  return text.replace(INVISIBLE_AT_ENDS, '');
}

/** Removes invisible characters everywhere and blanks at both ends. For ids and addresses. */
export function withoutInvisible(text: string): string {
  return text.replace(ANYWHERE, '').trim();
}
