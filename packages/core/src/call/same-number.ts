/** Digits that tell two callers apart: the subscriber's, without trunk and country prefixes. */
const SIGNIFICANT_DIGITS = 9;

/** Whether two numbers are the same, however they are written; numbers without digits never are. */
export function isSameNumber(one: string, other: string): boolean {
  const digits = lastDigits(one);
  return digits !== '' && digits === lastDigits(other);
}

/** The same whether the number is written nationally or internationally. */
function lastDigits(phoneNumber: string): string {
  return phoneNumber.replace(/\D/g, '').slice(-SIGNIFICANT_DIGITS);
}
