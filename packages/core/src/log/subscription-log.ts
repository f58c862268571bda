import type { Report, SubscriptionStatus } from '../hub/subscription.ts';
import type { Clock } from '../time/clock.ts';
import { ConnectionLog, type ConnectionNews } from './connection-log.ts';
import { LineLimiter } from './line-limiter.ts';

/** Puts the lines into words and writes them to a host's log. */
export interface SubscriptionLogWriter {
  connections(news: ConnectionNews): void;
  /** @param omitted how many reports of this kind and agent were omitted since the last line */
  report(report: Report, omitted: number): void;
}

/**
 * The log of a node's subscription: each change of its connections once, each kind of report of an
 * agent at most once a minute, and each loss of events.
 */
export class SubscriptionLog {
  readonly #writer: SubscriptionLogWriter;
  readonly #connections: ConnectionLog;
  readonly #limiter: LineLimiter;

  constructor(writer: SubscriptionLogWriter, clock: Clock) {
    this.#writer = writer;
    this.#connections = new ConnectionLog((news) => {
      writer.connections(news);
    }, clock);
    this.#limiter = new LineLimiter(() => clock.monotonic());
  }

  onStatus(status: SubscriptionStatus): void {
    this.#connections.update(status);
  }

  onReport(report: Report): void {
    // A loss is never omitted: its line has the number of lost events.
    const omitted = report.dropped === undefined ? this.#limiter.admit(`${report.kind} ${report.label}`) : 0;
    if (omitted !== null) this.#writer.report(report, omitted);
  }

  /** Stops the timer. Reports are still logged. Idempotent. */
  close(): void {
    this.#connections.close();
  }
}
