import { randomBytes } from 'node:crypto';

/** Tells this process's messages from others'. */
const origin = randomBytes(4).toString('hex');
let count = randomBytes(4).readUInt32BE();

/**
 * An id for a new message, of 16 hexadecimal digits as the runtime's own are. These are counted, not drawn: a busy node feels
 * what eight random numbers cost.
 */
export function newMessageId(): string {
  count = (count + 1) >>> 0;
  return origin + count.toString(16).padStart(8, '0');
}
