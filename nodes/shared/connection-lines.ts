import {
  SubscriptionLog,
  type Clock,
  type ConnectionNews,
  type Report,
  type SubscriptionLogWriter,
} from '@accolades-flow/core';
import { systemClock } from '@accolades-flow/core/node';
import type { INode, Logger } from 'n8n-workflow';
import { named } from './names.ts';

/** Writes about a node's connections to n8n's log. */
export class ConnectionLines implements SubscriptionLogWriter {
  /** Decides what is logged, and when. */
  readonly log: SubscriptionLog;
  readonly #logger: Logger;
  readonly #context: { nodeName: string; workflowId: string };

  constructor(logger: Logger, node: INode, workflowId: string, clock: Clock = systemClock) {
    this.#logger = logger;
    this.#context = { nodeName: node.name, workflowId };
    this.log = new SubscriptionLog(this, clock);
  }

  connections({ labels, reason, lost }: ConnectionNews): void {
    if (reason === null) {
      const agents = `${labels.length === 1 ? 'Agent' : 'Agents'} ${named(labels)}`;
      this.write('info', `${agents}: connected to Accolades.`);
    } else {
      this.write(lost ? 'info' : 'warn', offlineLine(labels, reason.message, lost));
    }
  }

  report({ kind, label, text }: Report, omitted: number): void {
    const agent = label === '' ? '' : `Agent ${named([label])}: `;
    const more = omitted === 0 ? '' : ` (and ${omitted} more like it since the last such line)`;
    const line = `${agent}${text}${more}`;
    this.write(kind === 'dropped' || kind === 'failedOwner' ? 'error' : 'warn', line);
  }

  write(level: 'info' | 'warn' | 'error', line: string): void {
    this.#logger[level](prefixed(line), this.#context);
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
