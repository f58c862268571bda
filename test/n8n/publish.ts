import { Container } from '@n8n/di';
import { ActiveWorkflowTriggers, getExecutePollFunctions, getExecuteTriggerFunctions } from 'n8n-core';
import type { IDataObject, INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { waitUntil } from '../../hosts/deadline.ts';
import type { Credentials, NodeRuntime } from './node-runtime.ts';

export interface PublishOptions {
  readonly parameters: INodeParameters;
  readonly credentials?: Credentials;
  /** Settings of the node, such as its ID. */
  readonly settings?: Partial<INode>;
  /** Of n8n's list of active workflows. Default: that of the runtime. */
  readonly workflowId?: string;
  /** Whether n8n saves what is emitted at once. Default true; false: `save` does it. */
  readonly savesAtOnce?: boolean;
}

/** A published node with `trigger()`: what it emits starts executions. */
export interface PublishedNode {
  /** The JSON of all items, in the order of the executions. */
  readonly items: readonly IDataObject[];
  /** Saves the execution with this number, counted from 0, as n8n does before it runs. */
  save(number: number): void;
  /** Resolves with all items when this many have come. */
  waitForItems(count: number): Promise<readonly IDataObject[]>;
  /** Unpublishes the workflow, as n8n does. */
  close(): Promise<void>;
}

/** Runs the trigger of a node, as n8n does while its workflow is published. */
export async function publish(
  runtime: NodeRuntime,
  name: string,
  { parameters, credentials = {}, settings = {}, savesAtOnce = true, workflowId }: PublishOptions,
): Promise<PublishedNode> {
  const { workflow } = runtime.workflow(name, { parameters, credentials, settings });
  const id = workflowId ?? workflow.id;
  const emissions: INodeExecutionData[][][] = [];
  const active = Container.get(ActiveWorkflowTriggers);
  await active.addAllTriggers(
    id,
    workflow,
    runtime.environment(credentials),
    'trigger',
    'activate',
    (ofWorkflow, node, additionalData, mode, why) => {
      const functions = getExecuteTriggerFunctions(ofWorkflow, node, additionalData, mode, why);
      functions.emit = (data) => {
        emissions.push(data);
        if (savesAtOnce) JSON.stringify(data);
      };
      return functions;
    },
    getExecutePollFunctions,
  );
  const items = (): IDataObject[] => emissions.flat(2).map(({ json }) => json);
  return {
    get items() {
      return items();
    },
    save(number) {
      JSON.stringify(emissions[number]);
    },
    waitForItems: (count) =>
      waitUntil(`${count} items`, () => items().length >= count && items(), {
        deadlineMs: 10_000,
        everyMs: 5,
        details: () => `There are ${items().length}.`,
      }),
    async close() {
      await active.remove(id);
    },
  };
}
