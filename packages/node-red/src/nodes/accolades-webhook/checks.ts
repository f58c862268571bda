import { isVariable } from '../../editor/check.ts';

/** Checks only the form; the runtime checks each address. */
export function isAddressList(value: unknown): boolean {
  return textOf(value)
    .split(/[,;\s]+/)
    .every((entry) => /^([0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*)?(\/\d{1,3})?$/i.test(entry));
}

/** Whether the value is a whole number in this range, a variable, or missing. */
export function isWhole(value: unknown, min: number, max: number): boolean {
  const typed = typeof value === 'number' ? String(value) : textOf(value).trim();
  return (
    typed === '' || isVariable(typed) || (/^\d+$/.test(typed) && Number(typed) >= min && Number(typed) <= max)
  );
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
