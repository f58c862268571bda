/** How many connection times are remembered. */
const CONNECT_TIMES_KEPT = 50_000;

/** Counters since the creation or since the last `reset()`. */
export class Statistics {
  /** TCP connections accepted. */
  connections = 0;
  /** Requests to upgrade to WebSocket received. */
  upgrades = 0;
  /** Authentications that succeeded. */
  connects = 0;
  /** Authentications refused, by reason. */
  refusals: Record<string, number> = {};
  /** Requests answered with `error`: not authenticated, not JSON, unknown. */
  badRequests = 0;
  /** Data frames received. */
  framesIn = 0;
  /** Data frames sent. */
  framesOut = 0;
  /** Calls placed. */
  calls = 0;
  /** The most authenticated sessions of one agent at the same time; the protocol allows one. */
  maxSessionsPerAgent = 0;
  /** The most connections for one agent at the same time, including refused ones. */
  maxConnectionsPerAgent = 0;
  #times: number[] = [];
  #oldest = 0;

  /**
   * When the latest connections (at most 50,000) were accepted, in milliseconds since 1970, oldest
   * first.
   */
  get connectTimes(): number[] {
    return [...this.#times.slice(this.#oldest), ...this.#times.slice(0, this.#oldest)];
  }

  connectionAccepted(at: number): void {
    this.connections += 1;
    if (this.#times.length < CONNECT_TIMES_KEPT) {
      this.#times.push(at);
    } else {
      this.#times[this.#oldest] = at;
      this.#oldest = (this.#oldest + 1) % CONNECT_TIMES_KEPT;
    }
  }

  refused(reason: string): void {
    this.refusals[reason] = (this.refusals[reason] ?? 0) + 1;
  }

  reset(): void {
    this.connections = 0;
    this.upgrades = 0;
    this.connects = 0;
    this.refusals = {};
    this.badRequests = 0;
    this.framesIn = 0;
    this.framesOut = 0;
    this.calls = 0;
    this.maxSessionsPerAgent = 0;
    this.maxConnectionsPerAgent = 0;
    this.#times = [];
    this.#oldest = 0;
  }
}
