import {
  ConnectionLog,
  LineLimiter,
  type Clock,
  type Report,
  type SubscriptionStatus,
} from '@accolades-flow/core';
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

/**
 * Logs changes of a node's connections to Node-RED's log: each change once, and each kind of report
 * at most once a minute.
 */
export class ConnectionLines {
  readonly #target: LogTarget;
  readonly #texts: Texts;
  readonly #connections: ConnectionLog;
  readonly #limiter: LineLimiter;
  #ended = false;

  constructor(target: LogTarget, texts: Texts, clock?: Clock) {
    this.#target = target;
    this.#texts = texts;
    this.#connections = new ConnectionLog(({ labels, reason }) => {
      const agents = this.#named(labels);
      if (reason === null) {
        target.log(texts('accolades.log.connected', { agents }));
        return;
      }
      // The names of many agents are long, and say less than the reason.
      const key = labels.length === 1 ? 'offline' : 'severalOffline';
      const values = { agents, count: labels.length, reason: describeError(reason, texts) };
      target.warn(texts(`accolades.log.${key}`, values));
    }, clock);
    this.#limiter = new LineLimiter(clock === undefined ? undefined : () => clock.monotonic());
  }

  onStatus(status: SubscriptionStatus): void {
    this.#connections.update(status);
  }

  onReport({ kind, label, text: what, dropped }: Report): void {
    if (dropped !== undefined) {
      const line = this.#texts(`accolades.log.dropped.${dropped.cause}`, { count: dropped.count });
      // The Catch nodes of a closed node are closed, too.
      if (this.#ended) this.#target.warn(line);
      else this.#target.error(line, {});
      return;
    }
    const count = this.#limiter.admit(`${kind} ${label}`);
    if (count === null) return;
    const text = label === '' ? what : `${label}: ${what}`;
    const line = count === 0 ? text : this.#texts('accolades.log.repeated', { text, count });
    if (kind === 'serverError' || kind === 'failedOwner') this.#target.error(line, {});
    else this.#target.warn(line);
  }

  /** The node is closed: stops the timer. Dropped events are still logged. Idempotent. */
  end(): void {
    this.#ended = true;
    this.#connections.close();
  }

  #named(labels: readonly string[]): string {
    const named = labels.slice(0, MAX_NAMED).join(', ');
    const more = labels.length - MAX_NAMED;
    return more > 0 ? this.#texts('accolades.log.andMore', { named, more }) : named;
  }
}
