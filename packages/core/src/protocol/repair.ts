import { jsonrepair } from 'jsonrepair';

/**
 * Longer text is repaired at its commas only, in characters: on text that somebody chose for it, the time that jsonrepair
 * takes grows with the cube of the length (24,000 characters hold up the process for minutes, this many for some 10 ms).
 */
const MAX_HEURISTIC_CHARS = 512;

/**
 * JSON text made of text that is not, or null. A text that is not whole (cut off, or with something after its end) is never
 * repaired, so that nothing is made of half a message.
 */
export function repairJson(text: string): string | null {
  const repaired = repairCommas(text);
  if (repaired === null || isJson(repaired)) return repaired;
  if (text.length > MAX_HEURISTIC_CHARS) return null;
  try {
    return jsonrepair(text);
  } catch {
    return null;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** White space, a closed string, one of JSON's signs, or whatever stands between those. */
const TOKEN = /\s+|"[^"\\]*(?:\\[^][^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/y;

/**
 * Puts in missing commas, leaves out surplus ones, and escapes line breaks and their like inside strings, in one pass. Null
 * unless the text is one object with every bracket and string closed, and a value after every name.
 */
function repairCommas(text: string): string | null {
  if (!text.startsWith('{')) return null;
  const out: string[] = [];
  const closers: string[] = [];
  let before: 'opening' | 'value' | 'comma' | 'colon' = 'opening';
  for (let at = 0; at < text.length;) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[0];
    // A quote that nothing closes, or something after the end.
    if (token === undefined || (at > 0 && closers.length === 0)) return null;
    at += token.length;
    switch (token) {
      case ',':
        if (before !== 'value' && before !== 'comma') return null;
        before = 'comma';
        break;
      case ':':
        out.push(':');
        before = 'colon';
        break;
      case '}':
      case ']':
        if (closers.pop() !== token || before === 'colon') return null;
        out.push(token);
        before = 'value';
        break;
      default:
        if (token.trim() === '') break;
        if (before === 'value' || before === 'comma') out.push(',');
        if (token === '{' || token === '[') {
          closers.push(token === '{' ? '}' : ']');
          out.push(token);
          before = 'opening';
        } else {
          out.push(token.startsWith('"') ? token.replace(/\p{Cc}/gu, escaped) : token);
          before = 'value';
        }
    }
  }
  return closers.length === 0 ? out.join('') : null;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
