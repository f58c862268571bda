import type { Locator, Page } from 'playwright-core';

/** A visible pointer for screenshots, which omit the real one. It moves and clicks like a hand. */
export class Pointer {
  readonly #page: Page;
  #x: number;
  #y: number;

  private constructor(page: Page, x: number, y: number) {
    this.#page = page;
    this.#x = x;
    this.#y = y;
  }

  /** Shows the pointer at this position, in CSS pixels. */
  static async show(page: Page, x: number, y: number): Promise<Pointer> {
    await page.evaluate(`(${drawPointer})(${x}, ${y})`);
    return new Pointer(page, x, y);
  }

  /** Moves to the centre of an element, possibly in a frame, and clicks it. */
  async click(target: Locator): Promise<void> {
    const box = await target.boundingBox();
    if (!box) throw new Error('What is to be clicked is not on the page.');
    await this.#moveTo(box.x + box.width / 2, box.y + box.height / 2);
    await target.click();
  }

  async #moveTo(x: number, y: number): Promise<void> {
    const [fromX, fromY] = [this.#x, this.#y];
    const steps = 8;
    for (let step = 1; step <= steps; step += 1) {
      // Slow at both ends.
      const part = (1 - Math.cos((Math.PI * step) / steps)) / 2;
      await this.#place(fromX + (x - fromX) * part, fromY + (y - fromY) * part);
      await this.#page.waitForTimeout(40);
    }
  }

  async #place(x: number, y: number): Promise<void> {
    [this.#x, this.#y] = [x, y];
    await this.#page.evaluate(`document.querySelector('#pointer').style.translate = '${x}px ${y}px'`);
  }
}

/** Runs in the page. */
const drawPointer = `(x, y) => {
  const pointer = document.createElement('div');
  pointer.id = 'pointer';
  pointer.innerHTML = '<svg width="26" height="30" viewBox="0 0 26 30"><path d="M2 2v22l6-5 4 9 4-2-4-8h8z" ' +
    'fill="#18252b" stroke="#fff" stroke-width="2" stroke-linejoin="round"/></svg>';
  Object.assign(pointer.style, { position: 'fixed', left: '0', top: '0', zIndex: '9', pointerEvents: 'none' });
  pointer.style.translate = x + 'px ' + y + 'px';
  document.body.append(pointer);
}`;
