/** Names that mean something else in JavaScript, and that careless copying turns into an attack. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** A field's name as flows see it: a reserved one is kept, but spelt so that it is harmless. */
export function safeName(name: string): string {
  return RESERVED_NAMES.has(name) ? `field:${name}` : name;
}

/** Deeper data is refused: hosts copy messages recursively. */
export const MAX_DEPTH = 32;

/**
 * A copy of data that came from outside, with every name made safe.
 * @returns undefined when it is nested deeper than {@link MAX_DEPTH}
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
