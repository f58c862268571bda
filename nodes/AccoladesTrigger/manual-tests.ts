import type { Clock, Timer } from '@accolades-flow/core';

/**
 * How long a test listens, in ms. n8n may never report that it was stopped, and the test holds the
 * agent's only connection.
 */
export const MANUAL_TEST_MS = 5 * 60_000;

/** Why a test ends before n8n stops it. */
export type TestEnd = 'replaced' | 'expired';

interface RunningTest {
  readonly end: (why: TestEnd) => void;
  readonly timer: Timer;
}

/**
 * The tests of this process, one per node. n8n does not tell a trigger that a test was stopped
 * during its start, so a test ends after a timeout, and when the same node is tested again.
 */
export class ManualTests {
  readonly #clock: Clock;
  readonly #running = new Map<string, RunningTest>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * @param node identifies the node in this process
   * @param end ends the test; called at most once
   * @returns call it when the test ends by itself; idempotent
   */
  begin(node: string, end: (why: TestEnd) => void): () => void {
    this.#end(node, 'replaced');
    const timer = this.#clock.start(MANUAL_TEST_MS, () => {
      this.#end(node, 'expired');
    });
    const test: RunningTest = { end, timer };
    this.#running.set(node, test);
    return () => {
      timer.stop();
      if (this.#running.get(node) === test) this.#running.delete(node);
    };
  }

  #end(node: string, why: TestEnd): void {
    const test = this.#running.get(node);
    if (test === undefined) return;
    this.#running.delete(node);
    test.timer.stop();
    test.end(why);
  }
}
