import { createHash, timingSafeEqual } from 'node:crypto';
import { withoutPastedEnds } from '../text/pasted-text.ts';

/**
 * The secret of an endpoint. Ignores blanks and invisible characters at both ends, pasted here or
 * in Accolades.
 */
export class Secret {
  readonly #digest: Buffer;

  constructor(secret: string) {
    this.#digest = digest(secret);
  }

  /** Compares every candidate in constant time, so that the time reveals nothing. */
  isAmong(candidates: readonly string[]): boolean {
    let found = false;
    for (const candidate of candidates) {
      if (timingSafeEqual(digest(candidate), this.#digest)) found = true;
    }
    return found;
  }
}

/** Returns a digest of fixed length, which the constant-time comparison requires. */
function digest(text: string): Buffer {
  return createHash('sha256').update(withoutPastedEnds(text), 'utf8').digest();
}
