import type { Clock, Timer } from '../../../packages/core/src/time/clock.ts';

/**
 * A clock that runs `speed` times as fast as real time, so that deadlines of 20 s pass over real
 * sockets in a fraction of a second. It counts its running timers, so that a test can check that
 * none is left.
 */
export class FastClock implements Clock {
  readonly speed: number;
  readonly #startedAt = performance.now();
  #wallOffset = Date.now();
  #running = 0;

  constructor(speed: number) {
    this.speed = speed;
  }

  now(): number {
    return this.#wallOffset + this.monotonic();
  }

  monotonic(): number {
    return this.monotonicAt(performance.now());
  }

  /** The clock's time for a value of `performance.now()`. */
  monotonicAt(moment: number): number {
    return (moment - this.#startedAt) * this.speed;
  }

  start(ms: number, callback: () => void): Timer {
    this.#running++;
    let running = true;
    const ended = (): void => {
      if (running) this.#running--;
      running = false;
    };
    const timeout = setTimeout(() => {
      ended();
      callback();
    }, ms / this.speed).unref();
    return {
      stop: () => {
        clearTimeout(timeout);
        ended();
      },
    };
  }

  /** Timers that have neither fired nor been stopped. */
  get runningTimers(): number {
    return this.#running;
  }

  /** Sets the wall clock; durations are not affected. */
  jumpWall(ms: number): void {
    this.#wallOffset += ms;
  }

  /** The real milliseconds for milliseconds of this clock. */
  real(ms: number): number {
    return ms / this.speed;
  }
}
