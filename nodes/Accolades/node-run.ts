import type { IExecuteFunctions } from 'n8n-workflow';
import { AgentSessions } from './agent-sessions.ts';

/** State that the items of one run share. */
export class NodeRun {
  readonly sessions: AgentSessions;
  readonly #context: IExecuteFunctions;
  readonly #said = new Set<string>();

  constructor(context: IExecuteFunctions) {
    this.#context = context;
    this.sessions = new AgentSessions(
      `n8n request ${context.getWorkflow().id ?? ''} ${context.getNode().id} ${context.getExecutionId()}`,
    );
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
    this.sessions.close();
  }

  #isNew(what: string): boolean {
    if (this.#said.has(what)) return false;
    this.#said.add(what);
    return true;
  }
}
