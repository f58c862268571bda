/**
 * Blocks IP addresses after too many invalid requests. It is documented that the real server does
 * so for a limited time; the number of requests and the time are not.
 */
export class IpBlacklist {
  readonly #limits: () => { readonly maxInvalidRequests: number; readonly blacklistMs: number };
  readonly #now: () => number;
  readonly #addresses = new Map<string, { invalid: number; last: number; blockedUntil: number }>();

  /** @param now the time in milliseconds */
  constructor(
    limits: () => { readonly maxInvalidRequests: number; readonly blacklistMs: number },
    now: () => number,
  ) {
    this.#limits = limits;
    this.#now = now;
  }

  isBlocked(ip: string): boolean {
    const entry = this.#addresses.get(ip);
    if (!entry) return false;
    if (entry.blockedUntil > this.#now()) return true;
    if (entry.blockedUntil > 0) this.#addresses.delete(ip);
    return false;
  }

  /** Counts an invalid request. Requests older than a block lasts no longer count. */
  countInvalid(ip: string): void {
    const { maxInvalidRequests, blacklistMs } = this.#limits();
    if (maxInvalidRequests === 0) return;
    const now = this.#now();
    const before = this.#addresses.get(ip);
    const invalid = before && now - before.last <= blacklistMs ? before.invalid + 1 : 1;
    const blockedUntil = invalid >= maxInvalidRequests ? now + blacklistMs : 0;
    this.#addresses.set(ip, { invalid, last: now, blockedUntil });
  }

  /** Forgets the counted requests after a valid one. */
  forgive(ip: string): void {
    this.#addresses.delete(ip);
  }

  /** The currently blocked addresses. */
  blocked(): string[] {
    return [...this.#addresses.keys()].filter((ip) => this.isBlocked(ip));
  }

  clear(): void {
    this.#addresses.clear();
  }
}
