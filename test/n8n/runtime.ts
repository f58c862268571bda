/**
 * Runs the built package with n8n's own classes: the package loader, the activation of triggers,
 * the execution of a manual test, and the expressions. Only the database, the credential store and
 * the log are replaced.
 */
import './environment.ts';
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { processHub } from '@accolades-flow/core/node';
import { Container } from '@n8n/di';
import {
  ActiveWorkflowTriggers,
  CredentialTestContext,
  ExecutionLifecycleHooks,
  PackageDirectoryLoader,
  WorkflowExecute,
  getExecutePollFunctions,
  getExecuteTriggerFunctions,
} from 'n8n-core';
import {
  NodeHelpers,
  Workflow,
  type ICredentialDataDecryptedObject,
  type ICredentialType,
  type IDataObject,
  type INode,
  type INodeCredentialTestResult,
  type INodeExecutionData,
  type INodeOutputConfiguration,
  type INodeParameters,
  type INodeType,
  type INodeTypes,
  type IRun,
  type IWorkflowExecuteAdditionalData,
  type WorkflowActivateMode,
} from 'n8n-workflow';
import { waitUntil } from '../../hosts/deadline.ts';
import { root } from '../../scripts/paths.ts';
import { executionEnvironment } from './execution-environment.ts';
import { recordLog, type LogLine } from './record-log.ts';

const CREDENTIAL = 'accoladesAgentApi';
const PREFIX = 'n8n-nodes-accolades.';

export interface StartOptions {
  /** Default: the node's defaults. */
  readonly parameters?: INodeParameters;
  /** Decrypted, as the credential store returns them. Null: the node has none. */
  readonly credentials: ICredentialDataDecryptedObject | null;
  /** `trigger` (default): the workflow is published. `manual`: the user tests it in the editor. */
  readonly mode?: 'trigger' | 'manual';
  /** Default: a new id. */
  readonly workflowId?: string;
  readonly nodeId?: string;
  /** Default `Accolades Trigger`. */
  readonly name?: string;
  /** Default `activate`. */
  readonly activation?: WorkflowActivateMode;
  /**
   * Whether emitted items are written to the database at once. Default true; false: when the test
   * serialises them.
   */
  readonly writesAtOnce?: boolean;
}

/** A workflow that consists of the trigger, published or in a test. */
export interface RunningTrigger {
  /** The JSON of all items of all outputs, in the order of arrival. */
  readonly items: readonly IDataObject[];
  /** Each emission of the trigger: the items of each output. */
  readonly emissions: readonly INodeExecutionData[][][];
  /** Fatal errors (`emitError`) and failed executions; in manual mode, the error of the test. */
  readonly errors: readonly Error[];
  /**
   * Resolves when this many items have arrived. @throws DeadlineError after 5 s (or `deadlineMs`)
   */
  waitForItems(count: number, deadlineMs?: number): Promise<readonly IDataObject[]>;
  /**
   * Manual mode: the execution, once it has ended; never when it was cancelled. In trigger mode it
   * never resolves.
   */
  readonly finished: Promise<IRun>;
  /** Unpublishes the workflow or cancels the test, as n8n does. Idempotent. */
  close(): Promise<void>;
}

/** The message of a node's error as the editor shows it. */
export interface ShownError {
  readonly message: string;
  readonly description: string;
}

/** The built package, loaded. */
export class N8nRuntime {
  /** Everything that was logged since the start. */
  readonly log: readonly LogLine[];
  readonly credentialTypes: ReadonlyMap<string, ICredentialType>;
  readonly #nodeTypes: INodeTypes;
  readonly #active: ActiveWorkflowTriggers;
  readonly #started = new Set<RunningTrigger>();

  /** Loads the package from the repository's `dist`. @throws when it was not built */
  static async load(): Promise<N8nRuntime> {
    const log = recordLog();
    const loader = new PackageDirectoryLoader(root);
    await loader.loadAll();
    return new N8nRuntime(loader, log);
  }

  private constructor(loader: PackageDirectoryLoader, log: readonly LogLine[]) {
    this.log = log;
    this.credentialTypes = new Map(
      Object.entries(loader.credentialTypes).map(([name, { type }]) => [name, type]),
    );
    const find = (name: string): INodeType => {
      const type = loader.nodeTypes[name.replace(PREFIX, '')]?.type;
      if (type === undefined || 'nodeVersions' in type) throw new Error(`The package has no node ${name}.`);
      return type;
    };
    this.#nodeTypes = { getByName: find, getByNameAndVersion: find, getKnownTypes: () => ({}) };
    this.#active = Container.get(ActiveWorkflowTriggers);
  }

  get triggerType(): INodeType {
    return this.#nodeTypes.getByNameAndVersion('accoladesTrigger');
  }

  /** The log at a level or above, one text per line, with metadata. */
  lines(level?: LogLine['level']): string[] {
    return this.log
      .filter((line) => level === undefined || line.level === level)
      .map(({ message, metadata }) => `${message} ${metadata === undefined ? '' : JSON.stringify(metadata)}`);
  }

  /** Everything that was logged, emitted and reported, as text, to search for secrets. */
  everything(): string {
    const triggers = [...this.#started].map(({ emissions, errors }) => ({ emissions, errors }));
    return inspect([this.log, triggers], {
      depth: Infinity,
      maxArrayLength: Infinity,
      maxStringLength: Infinity,
    });
  }

  /**
   * Publishes or tests a workflow with the trigger.
   * @throws WorkflowActivationError (or the error of the node's start) when n8n refuses to publish
   */
  async startTrigger(options: StartOptions): Promise<RunningTrigger> {
    const workflowId = options.workflowId ?? randomUUID();
    if (options.mode !== 'manual') {
      const [published] = await this.#publish(workflowId, [options]);
      if (published === undefined) throw new Error('n8n started no trigger.');
      return published;
    }
    const trigger = this.#test(this.#workflow(workflowId, [options]), options);
    this.#started.add(trigger);
    return trigger;
  }

  /** Publishes one workflow with two triggers. */
  async startTwo(
    workflowId: string,
    ...options: readonly [StartOptions, StartOptions]
  ): Promise<[RunningTrigger, RunningTrigger]> {
    const [first, second] = await this.#publish(workflowId, options);
    if (first === undefined || second === undefined) throw new Error('n8n started too few triggers.');
    return [first, second];
  }

  /**
   * Ends everything that was started, also lingering sessions, so that they do not reach a later
   * server on the same port.
   */
  async closeAll(): Promise<void> {
    await Promise.all([...this.#started].map((trigger) => trigger.close()));
    const hub: object = processHub();
    if ('close' in hub && typeof hub.close === 'function') Reflect.apply(hub.close, hub, []);
  }

  /** Tests a credential as n8n's dialog does. */
  async testCredential(data: ICredentialDataDecryptedObject): Promise<INodeCredentialTestResult> {
    const { description, methods } = this.triggerType;
    const { testedBy } = description.credentials?.find(({ name }) => name === CREDENTIAL) ?? {};
    const test = typeof testedBy === 'string' ? methods?.credentialTest?.[testedBy] : undefined;
    if (test === undefined) throw new Error('The credential has no test.');
    const context = new CredentialTestContext();
    return test.call(context, { id: '1', name: 'Agents', type: CREDENTIAL, data });
  }

  /** The labels of the outputs that n8n shows for these parameters. */
  outputs(parameters: INodeParameters): (string | undefined)[] {
    const workflow = this.#workflow('outputs', [{ parameters, credentials: null }]);
    const node = nodeOf(workflow);
    return NodeHelpers.getNodeOutputs(workflow, node, this.triggerType.description).map(
      (output: string | INodeOutputConfiguration) =>
        typeof output === 'string' ? undefined : output.displayName,
    );
  }

  /** The node's parameters with defaults, as n8n uses them. */
  parameters(parameters: INodeParameters): INodeParameters {
    return nodeOf(this.#workflow('parameters', [{ parameters, credentials: null }])).parameters;
  }

  #workflow(id: string, triggers: readonly StartOptions[]): Workflow {
    const nodes = triggers.map(
      ({ parameters = {}, credentials, nodeId = 'trigger', name = 'Accolades Trigger' }): INode => ({
        id: nodeId,
        name,
        type: `${PREFIX}accoladesTrigger`,
        typeVersion: 1,
        position: [0, 0],
        parameters,
        ...(credentials === null ? {} : { credentials: { [CREDENTIAL]: { id: '1', name: 'Agents' } } }),
      }),
    );
    return new Workflow({
      id,
      name: id,
      nodes,
      connections: {},
      active: false,
      nodeTypes: this.#nodeTypes,
    });
  }

  async #publish(id: string, triggers: readonly StartOptions[]): Promise<RunningTrigger[]> {
    const workflow = this.#workflow(id, triggers);
    const recorded = new Map(
      Object.keys(workflow.nodes).map((name, index) => [
        name,
        {
          emissions: [] as INodeExecutionData[][][],
          errors: [] as Error[],
          writesAtOnce: triggers[index]?.writesAtOnce ?? true,
        },
      ]),
    );
    const [options] = triggers;
    await this.#active.addAllTriggers(
      workflow.id,
      workflow,
      this.#additionalData(options?.credentials ?? null),
      'trigger',
      options?.activation ?? 'activate',
      (ofWorkflow, node, additionalData, mode, why) => {
        const functions = getExecuteTriggerFunctions(ofWorkflow, node, additionalData, mode, why);
        const record = recorded.get(node.name);
        const note = (error: Error): void => {
          record?.errors.push(error);
        };
        functions.emit = (data) => {
          record?.emissions.push(data);
          // n8n writes an execution to its database before running it.
          if (record?.writesAtOnce === true) JSON.stringify(data);
        };
        functions.emitError = note;
        functions.saveFailedExecution = note;
        return functions;
      },
      getExecutePollFunctions,
    );
    const running = [...recorded.values()].map(({ emissions, errors }) =>
      runningTrigger(emissions, errors, new Promise(() => undefined), async () => {
        await this.#active.remove(workflow.id);
      }),
    );
    for (const trigger of running) this.#started.add(trigger);
    return running;
  }

  #test(workflow: Workflow, { credentials }: StartOptions): RunningTrigger {
    const additionalData = this.#additionalData(credentials);
    const emissions: INodeExecutionData[][][] = [];
    additionalData.hooks = new ExecutionLifecycleHooks('manual', '1', {
      id: workflow.id,
      name: workflow.name ?? '',
      active: false,
      activeVersionId: null,
      isArchived: false,
      nodes: Object.values(workflow.nodes),
      connections: {},
      createdAt: new Date(0),
      updatedAt: new Date(0),
    });
    additionalData.hooks.addHandler('nodeExecuteAfter', (_name, task) => {
      const outputs = task.data?.['main'];
      if (outputs !== undefined) emissions.push(outputs.map((items) => items ?? []));
    });
    const errors: Error[] = [];
    additionalData.hooks.addHandler('workflowExecuteAfter', ({ data }) => {
      if (data.resultData.error !== undefined) errors.push(data.resultData.error);
    });
    const run = new WorkflowExecute(additionalData, 'manual').run({ workflow, startNode: nodeOf(workflow) });
    return runningTrigger(emissions, errors, run, () => {
      // Like n8n, this does not wait for a cancelled execution; an ended one does not change.
      run.cancel();
      return Promise.resolve();
    });
  }

  #additionalData(credentials: ICredentialDataDecryptedObject | null): IWorkflowExecuteAdditionalData {
    return executionEnvironment(
      credentials === null ? {} : { [CREDENTIAL]: credentials },
      this.credentialTypes,
    );
  }
}

/** The error at the trigger in the editor after a manual test; null: none. */
export function shownError(run: IRun): ShownError | null {
  const error = run.data.resultData.error;
  if (error === undefined) return null;
  const description =
    'description' in error && typeof error.description === 'string' ? error.description : '';
  return { message: error.message, description };
}

function runningTrigger(
  emissions: INodeExecutionData[][][],
  errors: Error[],
  finished: Promise<IRun>,
  close: () => Promise<void>,
): RunningTrigger {
  const items = (): IDataObject[] => emissions.flat(2).map(({ json }) => json);
  return {
    get items() {
      return items();
    },
    emissions,
    errors,
    finished,
    waitForItems: (count, deadlineMs = 5_000) =>
      waitUntil(`${count} items`, () => items().length >= count && items(), {
        deadlineMs,
        everyMs: 5,
        details: () => `There are ${items().length}.`,
      }),
    close,
  };
}

function nodeOf(workflow: Workflow): INode {
  const [node] = Object.values(workflow.nodes);
  if (node === undefined) throw new Error('The workflow has no node.');
  return node;
}
