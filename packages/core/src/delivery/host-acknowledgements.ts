/** After so many checks in a row without any acknowledgement, a host is taken for one that gives none. */
const MAX_SILENT_CHECKS = 2;

/**
 * Whether a host acknowledges what it is given. Shared by everything that is delivered to one host, because
 * a host that was seen to acknowledge may be slow, while one that never did may not know how to.
 */
export class HostAcknowledgements {
  #seen = false;
  #silentChecks = 0;
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
    this.#silentChecks = 0;
    this.#expected = true;
  }

  /**
   * The host was responsive but acknowledged nothing.
   * @returns true once: when no acknowledgement is expected any more
   */
  silent(): boolean {
    if (!this.#expected) return false;
    this.#silentChecks++;
    this.#expected = this.#seen && this.#silentChecks < MAX_SILENT_CHECKS;
    return !this.#expected;
  }
}
