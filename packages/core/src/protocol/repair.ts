import { jsonrepair } from 'jsonrepair';

/**
 * Longer text gets only the comma repair, in characters. The time that jsonrepair needs for hostile
 * text grows with the cube of its length: minutes for 24,000 characters, about 10 ms for this many.
 */
const MAX_HEURISTIC_CHARS = 512;

/**
 * Repairs text that is not valid JSON. Returns null if it cannot. Incomplete text (cut off, or with
 * more text after the end) is never repaired, so that half a message is never delivered.
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

/** White space, a complete string, a JSON punctuator, or a run of anything else. */
const TOKEN = /\s+|"[^"\\]*(?:\\[^][^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/y;

/**
 * Adds missing commas, removes extra ones and escapes control characters inside strings, in one
 * pass. Returns null unless the text is one object whose brackets and strings are closed and whose
 * names all have a value.
 */
function repairCommas(text: string): string | null {
  if (!text.startsWith('{')) return null;
  const out: string[] = [];
  const closers: string[] = [];
  let before: 'opening' | 'value' | 'comma' | 'colon' = 'opening';
  for (let at = 0; at < text.length;) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[0];
    // An unclosed quote, or text after the end.
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
