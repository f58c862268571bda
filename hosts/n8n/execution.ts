import { parse as parseFlatted } from 'flatted';
import { isObject, objectFrom, optionalBoolean, optionalString, stringFrom } from '../guards.ts';
import type { JsonObject } from '../guards.ts';

/** One line of n8n's list of executions. */
export interface N8nExecutionSummary {
  id: string;
  workflowId: string;
  /** `new`, `running`, `waiting`, `success`, `error`, `crashed`, `canceled`. */
  status: string;
  /** `trigger`, `webhook`, `manual`, `error`, … */
  mode: string;
  startedAt: string | undefined;
  stoppedAt: string | undefined;
}

interface N8nError {
  message: string;
  description: string | undefined;
  /** The class name, e.g. `NodeOperationError`. */
  name: string | undefined;
}

/** One run of one node. */
interface N8nNodeRun {
  status: string | undefined;
  startTime: number | undefined;
  executionTimeMs: number | undefined;
  error: N8nError | undefined;
  /** The `json` of each item, by output. */
  outputs: JsonObject[][];
}

/** An execution with its data. */
export interface N8nExecution extends N8nExecutionSummary {
  finished: boolean | undefined;
  error: N8nError | undefined;
  lastNodeExecuted: string | undefined;
  /** The runs of each node, by the node's name. */
  runs: Record<string, N8nNodeRun[]>;
  /** All of n8n's execution data, decoded. */
  data: unknown;
}

/** The final statuses of executions. */
export const finishedStatuses: readonly string[] = ['success', 'error', 'crashed', 'canceled'];

export function isFinished(status: string): boolean {
  return finishedStatuses.includes(status);
}

/** The `json` of all items that a node returned, over all its runs. */
export function itemsOf(execution: N8nExecution, nodeName: string, output = 0): JsonObject[] {
  return (execution.runs[nodeName] ?? []).flatMap((run) => run.outputs[output] ?? []);
}

export function executionSummaryFrom(value: unknown): N8nExecutionSummary {
  const record = objectFrom(value, 'an execution');
  const id = record['id'];
  return {
    // Numbers in old versions of n8n.
    id: typeof id === 'number' ? String(id) : stringFrom(id, 'execution id'),
    workflowId: optionalString(record['workflowId']) ?? '',
    status: stringFrom(record['status'], 'execution status'),
    mode: stringFrom(record['mode'], 'execution mode'),
    startedAt: optionalString(record['startedAt']),
    stoppedAt: optionalString(record['stoppedAt']),
  };
}

export function executionFrom(value: unknown): N8nExecution {
  const record = objectFrom(value, 'an execution');
  const data: unknown = typeof record['data'] === 'string' ? parseFlatted(record['data']) : record['data'];
  const result = isObject(data) && isObject(data['resultData']) ? data['resultData'] : {};
  const runData = isObject(result['runData']) ? result['runData'] : {};
  const runs: Record<string, N8nNodeRun[]> = {};
  for (const [nodeName, nodeRuns] of Object.entries(runData)) {
    runs[nodeName] = (Array.isArray(nodeRuns) ? nodeRuns : []).map(nodeRunFrom);
  }
  return {
    ...executionSummaryFrom(value),
    finished: optionalBoolean(record['finished']),
    error: errorFrom(result['error']),
    lastNodeExecuted: optionalString(result['lastNodeExecuted']),
    runs,
    data,
  };
}

function nodeRunFrom(value: unknown): N8nNodeRun {
  const run = objectFrom(value, 'a run of a node');
  const main = isObject(run['data']) ? run['data']['main'] : undefined;
  return {
    status: optionalString(run['executionStatus']),
    startTime: typeof run['startTime'] === 'number' ? run['startTime'] : undefined,
    executionTimeMs: typeof run['executionTime'] === 'number' ? run['executionTime'] : undefined,
    error: errorFrom(run['error']),
    outputs: (Array.isArray(main) ? main : []).map((items) =>
      (Array.isArray(items) ? items : []).map((item) => {
        const json = isObject(item) ? item['json'] : undefined;
        return isObject(json) ? json : {};
      }),
    ),
  };
}

function errorFrom(value: unknown): N8nError | undefined {
  if (!isObject(value)) return undefined;
  return {
    message: optionalString(value['message']) ?? '',
    description: optionalString(value['description']),
    name: optionalString(value['name']),
  };
}
