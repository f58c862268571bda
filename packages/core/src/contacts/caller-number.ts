import { readNumbers } from './read-numbers.ts';

/**
 * The number of a caller as `readNumbers` writes it; null when there is none.
 * @param caller a number in any form, or a message with `phoneNumber`, such as that of a call
 */
export function callerNumber(caller: unknown): string | null {
  if (typeof caller !== 'object' || caller === null) return readNumbers(caller)[0] ?? null;
  const phoneNumber: unknown = Reflect.get(caller, 'phoneNumber');
  return typeof phoneNumber === 'object' ? null : (readNumbers(phoneNumber)[0] ?? null);
}
