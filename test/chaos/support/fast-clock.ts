import type { Clock, Timer } from '../../../packages/core/src/time/clock.ts';

/**
 * A clock that runs `speed` times as fast as the real one, so that deadlines of 20 s are met over real sockets in a fraction of
 * a second. It counts its running timers, so that a test can see that none is left.
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

  /** The clock's time at a moment of `performance.now()`. */
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
    }, ms / this.speed);
    return {
      stop: () => {
        clearTimeout(timeout);
        ended();
      },
      ref: () => {
        timeout.ref();
      },
      unref: () => {
        timeout.unref();
      },
    };
  }

  /** Timers that have neither fired nor been stopped, those that do not keep the process alive included. */
  get runningTimers(): number {
    return this.#running;
  }

  /** The wall clock is set; durations go on as before. */
  jumpWall(ms: number): void {
    this.#wallOffset += ms;
  }

  /** How many milliseconds of real time this many of the clock's are. */
  real(ms: number): number {
    return ms / this.speed;
  }
}
