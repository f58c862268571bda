import { AgentRequests } from '@accolades-flow/core';
import { processHub, systemClock } from '@accolades-flow/core/node';
import type { IExecuteFunctions } from 'n8n-workflow';

/** State that the items of one run share. */
export class NodeRun {
  readonly requests: AgentRequests;
  readonly #context: IExecuteFunctions;
  readonly #said = new Set<string>();

  constructor(context: IExecuteFunctions) {
    this.#context = context;
    this.requests = new AgentRequests({
      hub: processHub(),
      clock: systemClock,
      owner: `n8n request ${context.getWorkflow().id ?? ''} ${context.getNode().id} ${context.getExecutionId()}`,
    });
  }

  /** Writes a warning to n8n's log, once for all items. */
  warn(text: string): void {
    if (this.#isNew(`log ${text}`)) this.#context.logger.warn(`[Accolades] ${text}`);
  }

  /** Shows a hint beside the output, once for all items. */
  hint(text: string): void {
    if (!this.#isNew(`hint ${text}`)) return;
    this.#context.addExecutionHints({ type: 'warning', location: 'outputPane', message: text });
  }

  /** Idempotent, never throws. */
  close(): void {
    this.requests.close();
  }

  #isNew(what: string): boolean {
    if (this.#said.has(what)) return false;
    this.#said.add(what);
    return true;
  }
}
