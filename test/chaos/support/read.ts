/** Decoders for messages of another process, which are `unknown` until checked. */

export type Fields = Readonly<Record<string, unknown>>;

export function readFields(message: unknown): Fields {
  if (typeof message !== 'object' || message === null) throw new Error('A message must be an object.');
  return { ...message };
}

export function readNumber(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number') throw new Error(`${name} must be a number.`);
  return value;
}

export function readText(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new Error(`${name} must be text.`);
  return value;
}

export function readNumbers(fields: Fields, name: string): number[] {
  const value: unknown = fields[name];
  if (!Array.isArray(value)) throw new Error(`${name} must be a list.`);
  return value.map((item: unknown) => {
    if (typeof item !== 'number') throw new Error(`${name} must be a list of numbers.`);
    return item;
  });
}

export function readTexts(fields: Fields, name: string): string[] {
  const value: unknown = fields[name];
  if (!Array.isArray(value)) throw new Error(`${name} must be a list.`);
  return value.map((item: unknown) => {
    if (typeof item !== 'string') throw new Error(`${name} must be a list of texts.`);
    return item;
  });
}
