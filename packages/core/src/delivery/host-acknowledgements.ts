/** After this many lost items in a row the host counts as one that does not acknowledge. */
const MAX_SILENCES = 2;

/**
 * Whether a host acknowledges items. Shared by all deliveries to one host: a host that has
 * acknowledged before may be slow, a host that never has may not support it.
 */
export class HostAcknowledgements {
  #seen = false;
  #silences = 0;
  #expected = true;

  /** Whether to wait for acknowledgements. */
  get expected(): boolean {
    return this.#expected;
  }

  /** Whether the host has acknowledged an item in this process. */
  get seen(): boolean {
    return this.#seen;
  }

  acknowledged(): void {
    this.#seen = true;
    this.#silences = 0;
    this.#expected = true;
  }

  /**
   * Records that the host was responsive but did not acknowledge in time.
   * @returns true once: when acknowledgements are no longer expected
   */
  silent(): boolean {
    if (!this.#expected) return false;
    this.#silences++;
    this.#expected = this.#seen && this.#silences < MAX_SILENCES;
    return !this.#expected;
  }
}
