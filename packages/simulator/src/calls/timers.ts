import type { Clock, Timer } from '../clock.ts';

/** Timers that are stopped together. */
export class Timers {
  readonly #clock: Clock;
  readonly #running = new Set<Timer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  after(ms: number, act: () => void): void {
    const timer = this.#clock.start(ms, () => {
      this.#running.delete(timer);
      act();
    });
    this.#running.add(timer);
  }

  stop(): void {
    for (const timer of this.#running) timer.stop();
    this.#running.clear();
  }
}
