import {
  SubscriptionLog,
  type Clock,
  type ConnectionNews,
  type Report,
  type SubscriptionLogWriter,
} from '@accolades-flow/core';
import { systemClock } from '@accolades-flow/core/node';
import type { NodeMessage } from '@node-red/registry';
import { describeError, type Texts } from './texts.ts';

/** Beyond this number, agents are counted and not named. */
const MAX_NAMED = 5;

/** The target of log lines: a Node-RED node. */
export interface LogTarget {
  log(line: string): void;
  warn(line: string): void;
  /** With a message, even an empty one, Catch nodes receive the error. */
  error(line: string, message: NodeMessage): void;
}

/** Writes about a node's connections to Node-RED's log. */
export class ConnectionLines implements SubscriptionLogWriter {
  /** Decides what is logged, and when. */
  readonly log: SubscriptionLog;
  readonly #target: LogTarget;
  readonly #texts: Texts;
  #ended = false;

  constructor(target: LogTarget, texts: Texts, clock: Clock = systemClock) {
    this.#target = target;
    this.#texts = texts;
    this.log = new SubscriptionLog(this, clock);
  }

  connections({ labels, reason }: ConnectionNews): void {
    const agents = this.#named(labels);
    if (reason === null) {
      this.#target.log(this.#texts('accolades.log.connected', { agents }));
      return;
    }
    // The names of many agents are long, and say less than the reason.
    const key = labels.length === 1 ? 'offline' : 'severalOffline';
    const values = { agents, count: labels.length, reason: describeError(reason, this.#texts) };
    this.#target.warn(this.#texts(`accolades.log.${key}`, values));
  }

  report({ kind, label, text: what, dropped }: Report, omitted: number): void {
    if (dropped !== undefined) {
      const line = this.#texts(`accolades.log.dropped.${dropped.cause}`, { count: dropped.count });
      // The Catch nodes of a closed node are closed, too.
      if (this.#ended) this.#target.warn(line);
      else this.#target.error(line, {});
      return;
    }
    const text = label === '' ? what : `${label}: ${what}`;
    const line = omitted === 0 ? text : this.#texts('accolades.log.repeated', { text, count: omitted });
    if (kind === 'serverError' || kind === 'failedOwner') this.#target.error(line, {});
    else this.#target.warn(line);
  }

  /** The node is closed: stops the timer. Dropped events are still logged. Idempotent. */
  end(): void {
    this.#ended = true;
    this.log.close();
  }

  #named(labels: readonly string[]): string {
    const named = labels.slice(0, MAX_NAMED).join(', ');
    const more = labels.length - MAX_NAMED;
    return more > 0 ? this.#texts('accolades.log.andMore', { named, more }) : named;
  }
}
