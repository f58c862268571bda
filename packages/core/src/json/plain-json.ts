/** Names with a special meaning in JavaScript: careless copying would allow prototype pollution. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Returns a field's name for flows. A reserved name gets a prefix that makes it harmless. */
export function safeName(name: string): string {
  return RESERVED_NAMES.has(name) ? `field:${name}` : name;
}

/** Deeper data is rejected, because hosts copy messages recursively. */
export const MAX_DEPTH = 32;

/**
 * Copies external data and makes every name safe.
 * @returns undefined when the data is nested deeper than {@link MAX_DEPTH}
 */
export function plainCopy(value: unknown): { readonly value: unknown } | undefined {
  try {
    return { value: copy(value, 1) };
  } catch (thrown) {
    if (thrown instanceof TooDeep) return undefined;
    throw thrown;
  }
}

class TooDeep extends Error {}

function copy(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) throw new TooDeep();
  if (Array.isArray(value)) return value.map((entry) => copy(entry, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [safeName(name), copy(inner, depth + 1)]),
  );
}
