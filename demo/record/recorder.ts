import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';

/** A screenshot of the page (PNG) and its display time, in milliseconds. */
export interface Frame {
  picture: Buffer;
  durationMs: number;
}

/**
 * The interval between two screenshots, in milliseconds; frames record longer intervals on a busy
 * machine.
 */
const everyMs = 100;

/** Takes screenshots of a page while it changes. */
export class Recorder {
  readonly #page: Page;
  readonly #taken: { at: number; picture: Buffer }[] = [];
  #stopping = false;
  readonly #done: Promise<void>;

  constructor(page: Page) {
    this.#page = page;
    this.#done = this.#run();
    // `stop` reports the error.
    this.#done.catch(() => undefined);
  }

  /** Ends the recording. @returns the frames, without unchanged ones */
  async stop(): Promise<Frame[]> {
    this.#stopping = true;
    await this.#done;
    const end = performance.now();
    const different = this.#taken.filter(
      ({ picture }, index) => !this.#taken[index - 1]?.picture.equals(picture),
    );
    return different.map(({ at, picture }, index) => ({
      picture,
      durationMs: (different[index + 1]?.at ?? end) - at,
    }));
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const at = performance.now();
      this.#taken.push({ at, picture: await this.#page.screenshot() });
      await delay(Math.max(0, everyMs - (performance.now() - at)));
    }
  }
}
