import type { Clock, Timer } from '../../src/time/clock.ts';

class FakeTimer implements Timer {
  readonly due: number;
  readonly serial: number;
  readonly callback: () => void;
  readonly #onStop: (timer: FakeTimer) => void;

  constructor(due: number, serial: number, callback: () => void, onStop: (timer: FakeTimer) => void) {
    this.due = due;
    this.serial = serial;
    this.callback = callback;
    this.#onStop = onStop;
  }

  stop(): void {
    this.#onStop(this);
  }
}

/** A clock that the test moves. {@link jumpWall} moves the wall time alone. */
export class FakeClock implements Clock {
  #wall: number;
  #monotonic = 1_000;
  #serial = 0;
  readonly #timers = new Set<FakeTimer>();

  constructor(wall = Date.parse('2026-11-21T08:00:00.000Z')) {
    this.#wall = wall;
  }

  now(): number {
    return Math.floor(this.#wall);
  }

  monotonic(): number {
    return this.#monotonic;
  }

  start(ms: number, callback: () => void): Timer {
    if (!(ms >= 0)) throw new RangeError(`A timer of ${ms} ms.`);
    const timer = new FakeTimer(this.#monotonic + ms, ++this.#serial, callback, (t) =>
      this.#timers.delete(t),
    );
    this.#timers.add(timer);
    return timer;
  }

  /** Timers that have neither fired nor been stopped. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer is due; null without one. */
  get untilNext(): number | null {
    const next = this.#next();
    return next === undefined ? null : Math.max(0, next.due - this.#monotonic);
  }

  /** Lets time pass; each timer fires at its own moment, in the order in which they are due. */
  advance(ms: number): void {
    const end = this.#monotonic + ms;
    for (let next = this.#next(); next !== undefined && next.due <= end; next = this.#next()) {
      this.#pass(Math.max(0, next.due - this.#monotonic));
      this.#timers.delete(next);
      next.callback();
    }
    this.#pass(end - this.#monotonic);
  }

  /** The process sleeps: timers that are due fire late, at the next {@link advance}. */
  suspend(ms: number): void {
    this.#pass(ms);
  }

  /** A person sets the computer's clock. */
  jumpWall(ms: number): void {
    this.#wall += ms;
  }

  #pass(ms: number): void {
    this.#wall += ms;
    this.#monotonic += ms;
  }

  #next(): FakeTimer | undefined {
    let next: FakeTimer | undefined;
    for (const timer of this.#timers) {
      if (
        next === undefined ||
        timer.due < next.due ||
        (timer.due === next.due && timer.serial < next.serial)
      ) {
        next = timer;
      }
    }
    return next;
  }
}
