/** When it was given up on a host so often in a row, it is taken for one that gives no acknowledgements. */
const MAX_SILENCES = 2;

/**
 * Whether a host acknowledges what it is given. Shared by everything that is delivered to one host, because
 * a host that was seen to acknowledge may be slow, while one that never did may not know how to.
 */
export class HostAcknowledgements {
  #seen = false;
  #silences = 0;
  #expected = true;

  /** Whether it is worth to wait for an acknowledgement. */
  get expected(): boolean {
    return this.#expected;
  }

  /** Whether the host has acknowledged anything in this process. */
  get seen(): boolean {
    return this.#seen;
  }

  acknowledged(): void {
    this.#seen = true;
    this.#silences = 0;
    this.#expected = true;
  }

  /**
   * The host was responsive but acknowledged nothing for too long.
   * @returns true once: when no acknowledgement is expected any more
   */
  silent(): boolean {
    if (!this.#expected) return false;
    this.#silences++;
    this.#expected = this.#seen && this.#silences < MAX_SILENCES;
    return !this.#expected;
  }
}
