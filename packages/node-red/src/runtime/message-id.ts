import { randomBytes } from 'node:crypto';

/** Tells this process's messages from others'. */
const origin = randomBytes(4).toString('hex');
let count = randomBytes(4).readUInt32BE();

/** The last two digits of an id, by their value: to write a number as text costs more than all the rest of an id. */
const LAST_DIGITS = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'));
/** What stands before them, the same for 256 ids in a row. */
let beginning = beginningOf(count);

/**
 * An id for a new message, of 16 hexadecimal digits as the runtime's own are. These are counted, not drawn: a busy node feels
 * what eight random numbers cost.
 */
export function newMessageId(): string {
  count = (count + 1) >>> 0;
  const last = count & 0xff;
  if (last === 0) beginning = beginningOf(count);
  return beginning + (LAST_DIGITS[last] ?? '');
}

function beginningOf(of: number): string {
  return origin + (of >>> 8).toString(16).padStart(6, '0');
}
