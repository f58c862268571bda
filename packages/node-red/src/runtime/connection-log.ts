import type { SubscriptionStatus } from '@accolades-flow/core';
import { describeError, type Texts } from './texts.ts';
import { startTimer, type StartTimer } from './timer.ts';

/** How long changes of several agents are collected, so that an outage of a thousand is a few lines, in milliseconds. */
export const COLLECT_MS = 1_000;
/** More agents than these are counted, not named. */
const MAX_NAMED = 5;

/** Where the lines go: a Node-RED node. */
export interface LogTarget {
  log(line: string): void;
  warn(line: string): void;
}

/** Writes each change of the connection once: that an agent is connected, or why not and what to do. */
export class ConnectionLog {
  readonly #target: LogTarget;
  readonly #texts: Texts;
  readonly #startTimer: StartTimer;
  /** By agent: what was written last; the empty text stands for connected. */
  readonly #written = new Map<string, string>();
  #latest: SubscriptionStatus | null = null;
  #stopTimer: (() => void) | null = null;

  constructor(target: LogTarget, texts: Texts, start: StartTimer = startTimer) {
    this.#target = target;
    this.#texts = texts;
    this.#startTimer = start;
  }

  update(status: SubscriptionStatus): void {
    this.#latest = status;
    if (status.total <= 1) {
      this.#write();
      return;
    }
    this.#stopTimer ??= this.#startTimer(COLLECT_MS, () => {
      this.#stopTimer = null;
      this.#write();
    });
  }

  /** Ends the timer. Idempotent. */
  close(): void {
    this.#stopTimer?.();
    this.#stopTimer = null;
  }

  #write(): void {
    const news = new Map<string, string[]>();
    for (const { label, status } of this.#latest?.agents ?? []) {
      let state: string;
      if (status.state === 'ready') state = '';
      else if (status.state === 'waiting') state = describeError(status.reason, this.#texts);
      else continue;
      if (this.#written.get(label) === state) continue;
      this.#written.set(label, state);
      news.set(state, [...(news.get(state) ?? []), label]);
    }
    for (const [state, labels] of news) {
      const agents = this.#named(labels);
      if (state === '') this.#target.log(this.#texts('accolades.log.connected', { agents }));
      else this.#target.warn(this.#texts('accolades.log.offline', { agents, reason: state }));
    }
  }

  #named(labels: readonly string[]): string {
    const named = labels.slice(0, MAX_NAMED).join(', ');
    const more = labels.length - MAX_NAMED;
    return more > 0 ? this.#texts('accolades.log.andMore', { named, more }) : named;
  }
}
