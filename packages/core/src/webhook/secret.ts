import { createHash, timingSafeEqual } from 'node:crypto';
import { withoutPastedEnds } from '../text/pasted-text.ts';

/**
 * A secret that requests must show. Invisible characters and blanks that were pasted around it, here
 * or in Accolades, do not count.
 */
export class Secret {
  readonly #digest: Buffer;

  constructor(secret: string) {
    this.#digest = digest(secret);
  }

  /** Compares every candidate, in constant time, so that the time reveals nothing. */
  isAmong(candidates: readonly string[]): boolean {
    let found = false;
    for (const candidate of candidates) {
      if (timingSafeEqual(digest(candidate), this.#digest)) found = true;
    }
    return found;
  }
}

/** Of equal length whatever the text, as a comparison in constant time requires. */
function digest(text: string): Buffer {
  return createHash('sha256').update(withoutPastedEnds(text), 'utf8').digest();
}
