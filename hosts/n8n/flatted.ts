import { parseJson } from '../guards.ts';

/**
 * Reads the `flatted` format in which n8n sends execution data: a JSON array whose first entry is the value, in which
 * every string inside an object or array is the index of another entry (so that values may repeat or form circles).
 */
export function parseFlatted(text: string): unknown {
  const table = parseJson(text, 'flatted data');
  if (!Array.isArray(table)) throw new TypeError('flatted data: expected an array');
  const entries: unknown[] = table;
  const revived = new Map<number, unknown>();

  const reviveInside = (value: unknown): unknown =>
    typeof value === 'string' ? revive(Number(value)) : value;

  function revive(index: number): unknown {
    if (revived.has(index)) return revived.get(index);
    const entry = entries[index];
    if (Array.isArray(entry)) {
      const copy: unknown[] = [];
      revived.set(index, copy);
      for (const value of entry) copy.push(reviveInside(value));
      return copy;
    }
    if (typeof entry === 'object' && entry !== null) {
      const copy: Record<string, unknown> = {};
      revived.set(index, copy);
      for (const [key, value] of Object.entries(entry)) copy[key] = reviveInside(value);
      return copy;
    }
    return entry;
  }

  return revive(0);
}
