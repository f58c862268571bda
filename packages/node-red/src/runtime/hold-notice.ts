import type { DeployPhase } from './flow-gate.ts';
import type { StatusDisplay } from './status-display.ts';
import type { Texts } from './texts.ts';

/** Reports, once per wait, that messages are held because the flows do not start. */
export class HoldNotice {
  readonly #display: StatusDisplay;
  readonly #texts: Texts;
  readonly #warn: (line: string) => void;
  #said = false;

  constructor(display: StatusDisplay, texts: Texts, warn: (line: string) => void) {
    this.#display = display;
    this.#texts = texts;
    this.#warn = warn;
  }

  /** @param count the number of held messages */
  onLongWait(phase: DeployPhase, count: number): void {
    if (count === 0) return;
    this.#display.showNotice({
      fill: 'yellow',
      shape: 'ring',
      text: this.#texts('accolades.status.holding', { count }),
    });
    if (this.#said) return;
    this.#said = true;
    this.#warn(this.#texts(`accolades.log.holding.${phase}`, { count }));
  }

  /** Nothing is held any more. */
  over(): void {
    this.#said = false;
    this.#display.showNotice(null);
  }
}
