/** What people get wrong when they write JSON by hand, or paste it from a word processor. */
export type JsonMistake =
  | 'typographicQuote'
  | 'specialSpace'
  | 'trailingComma'
  | 'missingComma'
  | 'lineBreakInText'
  | 'endsEarly'
  | 'textAfterEnd'
  | 'other';

/** Where a text stops being JSON. */
export interface JsonFault {
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  readonly mistake: JsonMistake;
  /** The character there; empty at the end of the text. */
  readonly character: string;
}

const TYPOGRAPHIC_QUOTES = /[“”„‟«»‘’‚‛]/;
/** Spaces and invisible characters that JSON does not take between values. */
const SPECIAL_SPACES = /[\u00A0\u00AD\u1680\u180E\u2000-\u200F\u2028\u2029\u202F\u205F\u2060\u3000\uFEFF]/;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;

class Stop extends Error {
  readonly at: number;
  /** Null: the character tells. */
  readonly mistake: JsonMistake | null;

  constructor(at: number, mistake: JsonMistake | null) {
    super();
    this.at = at;
    this.mistake = mistake;
  }
}

/** Finds where a text stops being JSON. Null: it is JSON, or nested too deeply to follow. */
export function findJsonFault(text: string): JsonFault | null {
  try {
    new JsonReader(text).read();
    return null;
  } catch (thrown) {
    // Anything else is the end of the stack.
    if (!(thrown instanceof Stop)) return null;
    const { at, mistake } = thrown;
    const before = text.slice(0, at).split(/\r\n|\r|\n/);
    const code = text.codePointAt(at);
    const character = code === undefined ? '' : String.fromCodePoint(code);
    return {
      line: before.length,
      column: Array.from(before.at(-1) ?? '').length + 1,
      mistake: mistake ?? mistakeAt(character),
      character,
    };
  }
}

function mistakeAt(character: string): JsonMistake {
  if (character === '') return 'endsEarly';
  if (TYPOGRAPHIC_QUOTES.test(character)) return 'typographicQuote';
  return SPECIAL_SPACES.test(character) ? 'specialSpace' : 'other';
}

/** Follows the grammar of JSON and stops at the first character that breaks it. */
class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): void {
    this.#value();
    if (this.#at < this.#text.length) this.#stop(this.#isSpecial() ? null : 'textAfterEnd');
  }

  #value(): void {
    this.#space();
    const character = this.#text[this.#at];
    if (character === '{')
      this.#list('}', () => {
        this.#member();
      });
    else if (character === '[')
      this.#list(']', () => {
        this.#value();
      });
    else if (character === '"') this.#string();
    else if (!this.#take(NUMBER) && !this.#take(WORD)) this.#stop();
    this.#space();
  }

  #member(): void {
    this.#space();
    if (this.#text[this.#at] !== '"') this.#stop();
    this.#string();
    this.#space();
    this.#expect(':');
    this.#value();
  }

  #list(end: string, element: () => void): void {
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === end) {
      this.#at++;
      return;
    }
    for (;;) {
      element();
      if (this.#text[this.#at] === end) break;
      const comma = this.#at;
      if (this.#text[comma] !== ',') this.#stop(this.#startsValue() ? 'missingComma' : null);
      this.#at++;
      this.#space();
      if (this.#text[this.#at] === end) throw new Stop(comma, 'trailingComma');
    }
    this.#at++;
  }

  #string(): void {
    const start = this.#at++;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined || character < ' ') {
        // Most likely the closing quotation mark is a typographic one.
        const quote = this.#text.slice(start, this.#at).search(TYPOGRAPHIC_QUOTES);
        if (quote >= 0) throw new Stop(start + quote, null);
        this.#stop(character === undefined ? null : 'lineBreakInText');
      }
      this.#at++;
      if (character === '"') return;
      if (character === '\\' && !this.#take(/["\\/bfnrt]|u[0-9a-fA-F]{4}/y)) this.#stop();
    }
  }

  #space(): void {
    this.#take(/[ \t\n\r]*/y);
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) this.#stop();
    this.#at++;
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return false;
    this.#at += found[0].length;
    return true;
  }

  #startsValue(): boolean {
    return /["{[\w-]/.test(this.#text[this.#at] ?? '');
  }

  #isSpecial(): boolean {
    return mistakeAt(this.#text[this.#at] ?? '') !== 'other';
  }

  #stop(mistake: JsonMistake | null = null): never {
    throw new Stop(this.#at, mistake);
  }
}
