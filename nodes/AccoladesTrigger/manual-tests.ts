import type { Clock, Timer } from '@accolades-flow/core';

/**
 * * How long a test listens, in ms. n8n may never say that it was stopped, and the connection that
 * it holds is the only one that the agent may have.
 */
export const MANUAL_TEST_MS = 5 * 60_000;

/** Why a test is ended though n8n has not stopped it. */
export type TestEnd = 'replaced' | 'expired';

interface RunningTest {
  readonly end: (why: TestEnd) => void;
  readonly timer: Timer;
}

/**
 * * The tests that run in this process, one for each node. n8n does not tell a trigger that a test
 * was stopped while it was still starting, so a test ends after a while, and when the same node is
 * tested again.
 */
export class ManualTests {
  readonly #clock: Clock;
  readonly #running = new Map<string, RunningTest>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * @param node names the node in this process
   * @param end ends the test; called once at most
   * @returns to be called when the test has ended by itself; idempotent
   */
  begin(node: string, end: (why: TestEnd) => void): () => void {
    this.#end(node, 'replaced');
    const timer = this.#clock.start(MANUAL_TEST_MS, () => {
      this.#end(node, 'expired');
    });
    timer.unref();
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
