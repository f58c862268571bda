import {
  ConnectionLog,
  LineLimiter,
  type Clock,
  type Report,
  type SubscriptionStatus,
} from '@accolades-flow/core';
import type { INode, Logger } from 'n8n-workflow';
import { named } from './names.ts';

/** Logs changes of a node's connections to n8n's log. `close` stops its timer. */
export class ConnectionLines {
  readonly #logger: Logger;
  readonly #context: { nodeName: string; workflowId: string };
  readonly #connections: ConnectionLog;
  readonly #limiter = new LineLimiter();

  /** @param clock default: the system clock */
  constructor(logger: Logger, node: INode, workflowId: string, clock?: Clock) {
    this.#logger = logger;
    this.#context = { nodeName: node.name, workflowId };
    this.#connections = new ConnectionLog(({ labels, reason, lost }) => {
      if (reason === null) {
        const agents = `${labels.length === 1 ? 'Agent' : 'Agents'} ${named(labels)}`;
        this.write('info', `${agents}: connected to Accolades.`);
      } else {
        this.write(lost ? 'info' : 'warn', offlineLine(labels, reason.message, lost));
      }
    }, clock);
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

/** The names of many agents are long, and say less than the reason, so they come last. */
function offlineLine(labels: readonly string[], reason: string, lost: boolean): string {
  const names = named(labels);
  if (labels.length === 1) return `Agent ${names}: ${lost ? 'disconnected' : 'not connected yet'}. ${reason}`;
  const what = lost ? 'were disconnected' : 'are not connected yet';
  return `${labels.length} agents ${what}. ${reason} They are: ${names}.`;
}

function prefixed(line: string): string {
  return `[Accolades] ${line}`;
}
