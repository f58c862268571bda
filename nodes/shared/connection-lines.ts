import { ConnectionLog, LineLimiter, type Report, type SubscriptionStatus } from '@accolades-flow/core';
import type { INode, Logger } from 'n8n-workflow';
import { named } from './names.ts';

/** Logs changes of a node's connections to n8n's log. `close` stops its timer. */
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
      if (reason === null) this.write('info', `${agents}: connected to Accolades.`);
      else if (lost) this.write('info', `${agents}: disconnected. ${reason.message}`);
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
    this.write(kind === 'dropped' || kind === 'failedOwner' ? 'error' : 'warn', line);
  }

  warn(line: string): void {
    this.write('warn', line);
  }

  write(level: 'info' | 'warn' | 'error', line: string): void {
    this.#logger[level](prefixed(line), this.#context);
  }

  close(): void {
    this.#connections.close();
  }
}

function prefixed(line: string): string {
  return `[Accolades] ${line}`;
}
