const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** @throws unless every flow may safely copy, traverse and store the data */
export function checkPlain(value: unknown, depth = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > 34) throw new Error('Nested too deep.');
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype)
    throw new Error('A foreign prototype.');
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    if (RESERVED.has(key)) throw new Error(`The reserved name ${key}.`);
    checkPlain(inner, depth + 1);
  }
}
