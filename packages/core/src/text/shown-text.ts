/** Control and format characters (escapes, bidi marks), line separators and lone surrogates. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s]+/gu;

/** The longest text that an error or a log line shows, in characters. */
export const MAX_SHOWN_CHARS = 1_000;

/**
 * Cleans external text (from a server, a proxy, a certificate) for one line of output: it cannot
 * forge a log line, move a terminal's cursor or reverse the reading order.
 *
 * @param maxChars longer text is cut and ends in “…”
 */
export function shownText(text: string, maxChars = MAX_SHOWN_CHARS): string {
  // Cut first, because cleaning megabytes of text would take too long, and again at the end.
  const line = text
    .slice(0, 4 * maxChars)
    .replace(UNSAFE, ' ')
    .trim();
  if (line.length <= maxChars) return line;
  const cut = line.slice(0, maxChars - 1);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
