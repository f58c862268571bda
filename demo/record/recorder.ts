import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';

/** A picture of the page (PNG), and for how long it is shown, in milliseconds. */
export interface Frame {
  picture: Buffer;
  durationMs: number;
}

/**
 * Between the beginnings of two pictures, in milliseconds; a busy machine takes longer, and the
 * frames then say so.
 */
const everyMs = 100;

/** Takes pictures of a page while something happens on it. */
export class Recorder {
  readonly #page: Page;
  readonly #taken: { at: number; picture: Buffer }[] = [];
  #stopping = false;
  readonly #done: Promise<void>;

  constructor(page: Page) {
    this.#page = page;
    this.#done = this.#run();
    // Told by `stop`.
    this.#done.catch(() => undefined);
  }

  /** Ends the recording. @returns the frames, without those that show nothing new */
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
