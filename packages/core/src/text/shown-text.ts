/** Control and format characters (escapes, bidi marks), line separators, and halves of surrogate pairs. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu;

/** The longest text that an error or a log line shows, in characters. */
export const MAX_SHOWN_CHARS = 1_000;

/**
 * Text from outside (a server, a proxy, a certificate) as it may be shown in one line: nothing in
 * it can forge a log line, move a terminal's cursor or reverse the reading order.
 *
 * @param maxChars what is longer is cut, and ends in “…”
 */
export function shownText(text: string, maxChars = MAX_SHOWN_CHARS): string {
  // Cut before and after: cleaning a text of megabytes would take too long.
  const line = text
    .slice(0, 4 * maxChars)
    .replace(UNSAFE, ' ')
    .trim();
  if (line.length <= maxChars) return line;
  const cut = line.slice(0, maxChars - 1);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
