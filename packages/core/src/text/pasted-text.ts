/**
 * Characters without width: zero-width spaces and joiners, soft hyphens, byte order marks, bidi
 * marks. Copying from a web page, a chat or a document may add them.
 */
const INVISIBLE =
  '\\u00AD\\u034F\\u061C\\u115F\\u1160\\u180E\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u206F\\uFE00-\\uFE0F\\uFEFF';
const ANYWHERE = new RegExp(`[${INVISIBLE}]+`, 'g');
const BLANK = new RegExp(`[\\s${INVISIBLE}]`);
const INVISIBLE_OR_NBSP = new RegExp(`[\\u00A0${INVISIBLE}]`);

/** Removes blanks and invisible characters at both ends. For text that may hold any character. */
export function withoutPastedEnds(text: string): string {
  return withoutEnds(text, BLANK);
}

/** Removes invisible characters at both ends of a secret. Keeps blanks, which may belong to it. */
export function withoutInvisibleEnds(text: string): string {
  return withoutEnds(text, INVISIBLE_OR_NBSP);
}

/** Removes invisible characters everywhere and blanks at both ends. For ids and addresses. */
export function withoutInvisible(text: string): string {
  return text.replace(ANYWHERE, '').trim();
}

/** An expression such as `x+$` would take quadratic time for blanks inside a long text. */
function withoutEnds(text: string, blank: RegExp): string {
  let start = 0;
  let end = text.length;
  while (start < end && blank.test(text.charAt(start))) start++;
  while (end > start && blank.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}
