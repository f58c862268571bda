import { LineLimiter } from '@accolades-flow/core';
import type { FunctionsBase } from 'n8n-workflow';

const limiter = new LineLimiter();

/**
 * Logs each kind of line at most once a minute per node, so that strangers cannot flood n8n's log.
 */
export function warn(
  context: Pick<FunctionsBase, 'getNode' | 'getWorkflow' | 'logger'>,
  kind: 'unknown' | 'dropped',
  text: string,
): void {
  const nodeName = context.getNode().name;
  const workflowId = context.getWorkflow().id ?? '';
  const suppressed = limiter.admit(`${kind} ${workflowId} ${context.getNode().id} ${nodeName}`);
  if (suppressed === null) return;
  const more = suppressed === 0 ? '' : ` (and ${suppressed} more like it since the last such line)`;
  context.logger.warn(`[Accolades] ${text}${more}`, { nodeName, workflowId });
}
