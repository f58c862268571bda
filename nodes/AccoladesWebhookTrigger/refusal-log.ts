import { ReportLimiter } from '@accolades-flow/core';
import type { IWebhookFunctions } from 'n8n-workflow';

const limiter = new ReportLimiter();

/** Writes to n8n's log, each kind of line once a minute for a node: a stranger must not be able to fill it. */
export function warn(context: IWebhookFunctions, kind: 'unknown' | 'dropped', text: string): void {
  const nodeName = context.getNode().name;
  const workflowId = context.getWorkflow().id ?? '';
  const admitted = limiter.admit({ kind, label: `${workflowId} ${context.getNode().id}`, text });
  if (admitted === null) return;
  const more =
    admitted.suppressed === 0 ? '' : ` (and ${admitted.suppressed} more like it since the last such line)`;
  context.logger.warn(`[Accolades] ${text}${more}`, { nodeName, workflowId });
}
