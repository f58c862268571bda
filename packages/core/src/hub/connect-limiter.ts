import type { Clock, Timer } from '../time/clock.ts';

/** How many new connections a process opens per second at most. */
export const DEFAULT_CONNECTS_PER_SECOND = 50;

/**
 * The window over which the rate is held, in milliseconds: a little over a second, so that a server that counts arrivals, which
 * the network bunches, also never sees more than the rate.
 */
const WINDOW_MS = 1_050;

/** How late a busy process may be and still keep to the timetable, in milliseconds. */
const CATCH_UP_MS = 200;

/** That of somebody who does not wait. */
const ADMITTED: Timer = { stop: () => undefined, ref: () => undefined, unref: () => undefined };

interface Place {
  readonly go: () => void;
  readonly queue: Set<Place>;
  keeps: boolean;
}

/**
 * Spreads new connections evenly in time, first come, first served; those that have not failed yet before the others, since thousands
 * of agents that are logged out may try again without end. A lone one never waits.
 */
export class ConnectLimiter {
  readonly #clock: Clock;
  readonly #perWindow: number;
  readonly #spacing: number;
  /** Those that have not failed yet. */
  readonly #first = new Set<Place>();
  readonly #again = new Set<Place>();
  /** The times of the last `perWindow` connections, oldest first from `#oldest`. */
  readonly #recent: number[] = [];
  #oldest = 0;
  #nextSlot = -Infinity;
  #timer: Timer | null = null;
  /** How many in the queue keep the process alive. */
  #keeping = 0;

  /** @param perSecond 0 or Infinity: no limit */
  constructor(clock: Clock, perSecond = DEFAULT_CONNECTS_PER_SECOND) {
    this.#clock = clock;
    this.#perWindow = perSecond > 0 ? perSecond : Infinity;
    this.#spacing = this.#perWindow === Infinity ? 0 : WINDOW_MS / this.#perWindow;
  }

  /**
   * Calls `go` once, now or when its turn comes. To stop what is returned gives the turn up; it is without effect after the call.
   * @param isAgain its last attempt has failed
   */
  admit(go: () => void, isAgain = false): Timer {
    if (this.#perWindow === Infinity) {
      go();
      return ADMITTED;
    }
    const place: Place = { go, queue: isAgain ? this.#again : this.#first, keeps: true };
    place.queue.add(place);
    this.#keeping++;
    if (this.#isWaiting()) this.#referTimer();
    else this.#serve();
    return {
      stop: () => {
        this.#remove(place);
        if (this.#next !== undefined) return;
        this.#timer?.stop();
        this.#timer = null;
      },
      ref: () => {
        this.#keep(place, true);
      },
      unref: () => {
        this.#keep(place, false);
      },
    };
  }

  #keep(place: Place, keeps: boolean): void {
    if (!place.queue.has(place) || place.keeps === keeps) return;
    place.keeps = keeps;
    this.#keeping += keeps ? 1 : -1;
    this.#referTimer();
  }

  #remove(place: Place): void {
    if (!place.queue.delete(place)) return;
    if (place.keeps) this.#keeping--;
    this.#referTimer();
  }

  #referTimer(): void {
    if (this.#keeping > 0) this.#timer?.ref();
    else this.#timer?.unref();
  }

  #serve(): void {
    this.#timer = null;
    for (let place = this.#next; place !== undefined; place = this.#next) {
      const now = this.#clock.monotonic();
      const wait = this.#nextTurn(now) - now;
      if (wait > 0) {
        this.#timer = this.#clock.start(wait, () => {
          this.#serve();
        });
        this.#referTimer();
        return;
      }
      const taken = this.#take(now);
      this.#remove(place);
      place.go();
      // A process that was held up while it dialled did so at the end at the latest: the window begins there.
      this.#recent[taken] = this.#clock.monotonic();
      // `go` may have come back here and found that the next must wait.
      if (this.#isWaiting()) return;
    }
  }

  get #next(): Place | undefined {
    const [place] = this.#first.size > 0 ? this.#first : this.#again;
    return place;
  }

  #isWaiting(): boolean {
    return this.#timer !== null;
  }

  #nextTurn(now: number): number {
    const full = this.#recent.length >= this.#perWindow;
    const windowFree = full ? (this.#recent[this.#oldest] ?? now) + WINDOW_MS : -Infinity;
    return Math.max(windowFree, this.#nextSlot);
  }

  /** @returns where among the recent ones its time is kept */
  #take(now: number): number {
    let taken = this.#recent.length;
    if (taken < this.#perWindow) this.#recent.push(now);
    else {
      taken = this.#oldest;
      this.#recent[taken] = now;
      this.#oldest = (taken + 1) % this.#recent.length;
    }
    // A timer that came late is made up for; an idle time is not saved up.
    const base = now - this.#nextSlot > CATCH_UP_MS ? now : this.#nextSlot;
    this.#nextSlot = base + this.#spacing;
    return taken;
  }
}
