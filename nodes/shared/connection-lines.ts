import { ConnectionLog, LineLimiter, type Report, type SubscriptionStatus } from '@accolades-flow/core';
import type { INode, Logger } from 'n8n-workflow';
import { named } from './names.ts';

/** Writes what happens to the connections of one node to n8n's log. Idempotent `close` ends its timer. */
export class ConnectionLines {
  readonly #logger: Logger;
  readonly #context: { nodeName: string; workflowId: string };
  readonly #connections: ConnectionLog;
  readonly #limiter = new LineLimiter();

  constructor(logger: Logger, node: INode, workflowId: string) {
    this.#logger = logger;
    this.#context = { nodeName: node.name, workflowId };
    this.#connections = new ConnectionLog(({ labels, reason, lost }) => {
      const agents = `${labels.length === 1 ? 'Agent' : 'Agents'} ${named(labels)}`;
      if (reason === null) this.#info(`${agents}: connected to Accolades.`);
      else if (lost) this.#info(`${agents}: disconnected. ${reason.message}`);
      else this.warn(`${agents}: not connected yet. ${reason.message}`);
    });
  }

  onStatus(status: SubscriptionStatus): void {
    this.#connections.update(status);
  }

  onReport({ kind, label, text }: Report): void {
    const suppressed = this.#limiter.admit(`${kind} ${label}`);
    if (suppressed === null) return;
    const agent = label === '' ? '' : `Agent ${named([label])}: `;
    const more = suppressed === 0 ? '' : ` (and ${suppressed} more like it since the last such line)`;
    const line = `${agent}${text}${more}`;
    if (kind === 'dropped' || kind === 'failedOwner') this.#logger.error(prefixed(line), this.#context);
    else this.warn(line);
  }

  warn(line: string): void {
    this.#logger.warn(prefixed(line), this.#context);
  }

  close(): void {
    this.#connections.close();
  }

  #info(line: string): void {
    this.#logger.info(prefixed(line), this.#context);
  }
}

function prefixed(line: string): string {
  return `[Accolades] ${line}`;
}
