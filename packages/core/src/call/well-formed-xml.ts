/** The part of a tag after its name. Every attribute needs a quoted value. */
const ATTRIBUTES = /^(?:\s+[^\s=<>"'/]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*$/;
const NAME = /^[\p{L}_:][\p{L}\p{N}_:.\u00b7-]*/u;

/**
 * Whether the text is a single well-formed element, with only comments and processing instructions
 * beside it. A document type is rejected, so that the text cannot define entities. Takes linear
 * time.
 */
export function isWellFormedXml(text: string): boolean {
  const open: string[] = [];
  let roots = 0;
  let at = 0;
  for (;;) {
    const start = text.indexOf('<', at);
    const between = text.slice(at, start < 0 ? undefined : start);
    if (open.length === 0 && between.trim() !== '') return false;
    if (start < 0) return open.length === 0 && roots === 1;
    const end = endOf(text, start);
    if (end < 0) return false;
    at = end;
    if (text.startsWith('<!--', start) || text.startsWith('<?', start)) continue;
    if (text.startsWith('<![CDATA[', start)) {
      if (open.length === 0) return false;
      continue;
    }
    if (text.startsWith('</', start)) {
      if (open.pop() !== text.slice(start + 2, end - 1).trimEnd()) return false;
      continue;
    }
    const selfClosing = text[end - 2] === '/';
    const inside = text.slice(start + 1, end - (selfClosing ? 2 : 1));
    const name = NAME.exec(inside)?.[0];
    if (name === undefined || !ATTRIBUTES.test(inside.slice(name.length))) return false;
    if (open.length === 0 && ++roots > 1) return false;
    if (!selfClosing) open.push(name);
  }
}

/** Returns the index after the markup that starts at `start`; -1 when it does not end. */
function endOf(text: string, start: number): number {
  for (const [opening, closing] of [
    ['<!--', '-->'],
    ['<![CDATA[', ']]>'],
    ['<?', '?>'],
  ] as const) {
    if (!text.startsWith(opening, start)) continue;
    const end = text.indexOf(closing, start + opening.length);
    return end < 0 ? -1 : end + closing.length;
  }
  let quote = '';
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return at + 1;
  }
  return -1;
}
