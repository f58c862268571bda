/** Decoders for messages of another process, which are `unknown` until checked. */

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw new TypeError('Expected an object.');
  return { ...value };
}

export function numberIn(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number.`);
  return value;
}

export function textIn(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new TypeError(`${name} must be text.`);
  return value;
}

export function numbersIn(fields: Fields, name: string): number[] {
  const value: unknown = fields[name];
  if (!Array.isArray(value)) throw new TypeError(`${name} must be a list.`);
  return value.map((item: unknown) => {
    if (typeof item !== 'number') throw new TypeError(`${name} must be a list of numbers.`);
    return item;
  });
}
