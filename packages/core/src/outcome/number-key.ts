/** Digits that tell two callers apart: the subscriber's, without trunk and country prefixes. */
const SIGNIFICANT_DIGITS = 9;

/**
 * The last nine digits of a number, the same whether it is written nationally or internationally;
 * empty for a number without digits.
 */
export function digitsOf(phoneNumber: string): string {
  return phoneNumber.replace(/\D/g, '').slice(-SIGNIFICANT_DIGITS);
}
