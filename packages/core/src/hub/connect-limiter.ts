import type { Clock, Timer } from '../time/clock.ts';

/** How many new connections a process opens per second at most. */
export const DEFAULT_CONNECTS_PER_SECOND = 50;

/**
 * The rate limit applies to any window of this length, in milliseconds. It is a little over a
 * second, because the network bunches connections and the server may count arrivals.
 */
const WINDOW_MS = 1_050;

/** A turn up to this late is made up for; after a longer idle time the spacing starts anew. */
const CATCH_UP_MS = 200;

/** The timer of a caller that was admitted at once. */
const ADMITTED: Timer = { stop: () => undefined };

interface Entry {
  readonly go: () => void;
  readonly queue: Set<Entry>;
}

/**
 * Spreads new connections evenly in time, in the order of the requests. First attempts go before
 * retries: thousands of logged-out agents may retry for ever. A single connection never waits.
 */
export class ConnectLimiter {
  readonly #clock: Clock;
  readonly #perWindow: number;
  readonly #spacing: number;
  /** First attempts. */
  readonly #first = new Set<Entry>();
  readonly #again = new Set<Entry>();
  /** The times of the last `perWindow` connections, oldest first from `#oldest`. */
  readonly #recent: number[] = [];
  #oldest = 0;
  #nextSlot = -Infinity;
  #timer: Timer | null = null;

  /** @param perSecond 0 or Infinity: no limit */
  constructor(clock: Clock, perSecond = DEFAULT_CONNECTS_PER_SECOND) {
    this.#clock = clock;
    this.#perWindow = perSecond > 0 ? perSecond : Infinity;
    this.#spacing = this.#perWindow === Infinity ? 0 : WINDOW_MS / this.#perWindow;
  }

  /**
   * Calls `go` once, now or at its turn. Stopping the returned timer gives the turn up; it has no
   * effect after the call.
   * @param isAgain the last attempt has failed
   */
  admit(go: () => void, isAgain = false): Timer {
    if (this.#perWindow === Infinity) {
      go();
      return ADMITTED;
    }
    const entry: Entry = { go, queue: isAgain ? this.#again : this.#first };
    entry.queue.add(entry);
    if (!this.#isWaiting()) this.#serve();
    return {
      stop: () => {
        entry.queue.delete(entry);
        if (this.#next !== undefined) return;
        this.#timer?.stop();
        this.#timer = null;
      },
    };
  }

  #serve(): void {
    this.#timer = null;
    for (let entry = this.#next; entry !== undefined; entry = this.#next) {
      const now = this.#clock.monotonic();
      const wait = this.#nextTurn(now) - now;
      if (wait > 0) {
        this.#timer = this.#clock.start(wait, () => {
          this.#serve();
        });
        return;
      }
      const taken = this.#take(now);
      entry.queue.delete(entry);
      entry.go();
      // Dialling may have blocked the process: the window starts at its end.
      this.#recent[taken] = this.#clock.monotonic();
      // `go` may have requested another connection, and started the timer for it.
      if (this.#isWaiting()) return;
    }
  }

  get #next(): Entry | undefined {
    const [entry] = this.#first.size > 0 ? this.#first : this.#again;
    return entry;
  }

  #isWaiting(): boolean {
    return this.#timer !== null;
  }

  #nextTurn(now: number): number {
    const full = this.#recent.length >= this.#perWindow;
    const windowFree = full ? (this.#recent[this.#oldest] ?? now) + WINDOW_MS : -Infinity;
    return Math.max(windowFree, this.#nextSlot);
  }

  /** @returns the index in `#recent` of this connection's time */
  #take(now: number): number {
    let taken = this.#recent.length;
    if (taken < this.#perWindow) this.#recent.push(now);
    else {
      taken = this.#oldest;
      this.#recent[taken] = now;
      this.#oldest = (taken + 1) % this.#recent.length;
    }
    // A late timer is made up for; idle time is not saved up.
    const base = now - this.#nextSlot > CATCH_UP_MS ? now : this.#nextSlot;
    this.#nextSlot = base + this.#spacing;
    return taken;
  }
}
