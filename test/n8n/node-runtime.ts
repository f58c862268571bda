/**
 * Runs nodes of the built package with n8n's own classes: the package loader, the workflow
 * execution (with its retries and error outputs) and the context of a webhook. Only the database,
 * the credential store and the HTTP server are replaced.
 */
import './environment.ts';
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import {
  CredentialTestContext,
  ExecutionLifecycleHooks,
  PackageDirectoryLoader,
  SupplyDataContext,
  WebhookContext,
  WorkflowExecute,
} from 'n8n-core';
import { makeHandleToolInvocation } from 'n8n-core/dist/execution-engine/node-execution-context/utils/get-input-connection-data.js';
import {
  NodeHelpers,
  Workflow,
  createRunExecutionData,
  resolveWebhookDescriptionField,
  type ICredentialDataDecryptedObject,
  type ICredentialType,
  type IConnection,
  type IDataObject,
  type INode,
  type INodeCredentialTestResult,
  type INodeExecutionData,
  type INodeParameters,
  type INodeType,
  type INodeTypes,
  type IRun,
  type ITaskData,
  type IWebhookResponseData,
  type IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { root } from '../../scripts/paths.ts';
import { executionEnvironment, type Credentials } from './execution-environment.ts';
import { RecordedResponse } from './recorded-response.ts';

const PREFIX = 'n8n-nodes-accolades.';
const NAME = 'Node';

export type { Credentials } from './execution-environment.ts';

export interface ExecuteOptions {
  readonly parameters: INodeParameters;
  readonly credentials?: Credentials;
  /** Default: one empty item. */
  readonly items?: readonly IDataObject[];
  /** The items of a node that is connected to the second input. Default: none is connected. */
  readonly secondItems?: readonly IDataObject[];
  /** The settings of the node in the editor: `onError`, `retryOnFail` … */
  readonly settings?: Partial<INode>;
  /** Default: another execution each time. */
  readonly executionId?: string;
}

export interface Executed {
  readonly run: IRun;
  readonly task: ITaskData | undefined;
  readonly items: readonly INodeExecutionData[];
  /** The items of each output. */
  readonly outputs: readonly (readonly INodeExecutionData[])[];
  /** The error as the editor shows it. */
  readonly error: { readonly message: string; readonly description: string; readonly name: string } | null;
}

export interface WebhookCall {
  readonly parameters: INodeParameters;
  readonly credentials?: Credentials;
  readonly method?: 'GET' | 'POST';
  /** Appended to the path, starting with `?`. */
  readonly query?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly remoteAddress?: string;
  /** The part of the path where the secret is expected. */
  readonly pathSecret?: string | undefined;
  /** Settings of the node, such as its ID. */
  readonly settings?: Partial<INode>;
  /** Default `webhook`; `manual`: a test in the editor. */
  readonly mode?: 'webhook' | 'manual';
}

export interface WebhookOutcome {
  readonly result: IWebhookResponseData;
  readonly response: RecordedResponse;
}

/** Passes its input on, as the first node of a workflow. */
const START: INodeType = {
  description: {
    displayName: 'Start',
    name: 'start',
    group: ['trigger'],
    version: 1,
    description: '',
    defaults: {},
    inputs: [],
    outputs: ['main'],
    properties: [],
  },
  execute() {
    return Promise.resolve([this.getInputData()]);
  },
};

function hooksOf(workflow: Workflow): ExecutionLifecycleHooks {
  return new ExecutionLifecycleHooks('trigger', '1', {
    id: 'w',
    name: 'w',
    active: false,
    activeVersionId: null,
    isArchived: false,
    nodes: Object.values(workflow.nodes),
    connections: workflow.connectionsBySourceNode,
    createdAt: new Date(0),
    updatedAt: new Date(0),
  });
}

/** The nodes of the built package. */
export class NodeRuntime {
  readonly #types: INodeTypes;
  readonly #credentialTypes: ReadonlyMap<string, ICredentialType>;

  /** Loads the package from the repository's `dist`. @throws when it was not built */
  static async load(): Promise<NodeRuntime> {
    const loader = new PackageDirectoryLoader(root);
    await loader.loadAll();
    return new NodeRuntime(loader);
  }

  private constructor(loader: PackageDirectoryLoader) {
    this.#credentialTypes = new Map(
      Object.entries(loader.credentialTypes).map(([name, { type }]) => [name, type]),
    );
    const find = (name: string): INodeType => {
      if (name === 'start') return START;
      // n8n runs the same node under another name as a tool of an AI agent.
      const type = loader.nodeTypes[name.replace(PREFIX, '').replace(/Tool$/, '')]?.type;
      if (type === undefined || 'nodeVersions' in type) throw new Error(`The package has no node ${name}.`);
      return type;
    };
    this.#types = { getByName: find, getByNameAndVersion: find, getKnownTypes: () => ({}) };
  }

  type(name: string): INodeType {
    return this.#types.getByNameAndVersion(name);
  }

  /** The labels of the outputs that the editor shows. */
  outputs(name: string, parameters: INodeParameters): (string | undefined)[] {
    const { workflow, node } = this.workflow(name, { parameters });
    return NodeHelpers.getNodeOutputs(workflow, node, this.type(name).description).map((output) =>
      typeof output === 'string' ? undefined : output.displayName,
    );
  }

  /** The labels of the inputs that the editor shows. */
  inputs(name: string, parameters: INodeParameters): (string | undefined)[] {
    const { workflow, node } = this.workflow(name, { parameters });
    return NodeHelpers.getNodeInputs(workflow, node, this.type(name).description).map((input) =>
      typeof input === 'string' ? undefined : input.displayName,
    );
  }

  /** Runs the node on items, as n8n runs a workflow with it. */
  async execute(name: string, options: ExecuteOptions): Promise<Executed> {
    const { workflow } = this.workflow(name, options);
    const items = (options.items ?? [{}]).map((json) => ({ json }));
    const startNode = workflow.getNode('Start');
    if (startNode === null) throw new Error('The workflow has no start.');
    const additionalData = this.environment(options.credentials ?? {}, options.executionId);
    additionalData.hooks = hooksOf(workflow);
    const run = await new WorkflowExecute(additionalData, 'trigger').run({
      workflow,
      startNode,
      pinData: {
        Start: items,
        ...(options.secondItems === undefined
          ? {}
          : { Second: options.secondItems.map((json) => ({ json })) }),
      },
    });
    const task = run.data.resultData.runData[NAME]?.at(-1);
    const error = run.data.resultData.error;
    return {
      run,
      task,
      items: task?.data?.['main']?.[0] ?? [],
      outputs: (task?.data?.['main'] ?? []).map((output) => output ?? []),
      error:
        error === undefined
          ? null
          : {
              message: error.message,
              name: error.name,
              description:
                'description' in error && typeof error.description === 'string' ? error.description : '',
            },
    };
  }

  /**
   * Calls the node as an AI agent calls a tool.
   * @returns the text that the model reads: the result or the error
   */
  async invokeTool(name: string, options: ExecuteOptions): Promise<string> {
    const { workflow, node } = this.workflow(`${name}Tool`, options);
    const additionalData = this.environment(options.credentials ?? {}, options.executionId);
    additionalData.hooks = hooksOf(workflow);
    const data = createRunExecutionData({});
    const executeData = { node, data: { main: [[{ json: {} }]] }, source: null };
    const contextOf = (runIndex: number) =>
      new SupplyDataContext(
        workflow,
        node,
        additionalData,
        'trigger',
        data,
        runIndex,
        [],
        {},
        'ai_tool',
        executeData,
        [],
      );
    // n8n's own context class is wider than the interface for nodes.
    const invoke: unknown = Reflect.apply(makeHandleToolInvocation, undefined, [
      contextOf,
      node,
      this.type(name),
      data,
    ]);
    if (typeof invoke !== 'function') throw new Error('n8n calls tools in another way.');
    try {
      return String(await Reflect.apply(invoke, undefined, [{}]));
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Calls the node's webhook with a request, as n8n does. */
  async call(name: string, call: WebhookCall): Promise<WebhookOutcome> {
    const { outcome, response } = this.begin(name, call);
    return { result: await outcome, response };
  }

  /**
   * The values that n8n computes for the webhook fields that depend on parameters: with the
   * expression, and without it.
   */
  webhookFields(
    name: string,
    parameters: INodeParameters,
  ): { readonly evaluated: unknown; readonly resolved: unknown }[] {
    const { workflow, node } = this.workflow(name, { parameters });
    return (this.type(name).description.webhooks ?? []).flatMap((description) =>
      ['path', 'responseMode'].map((field) => ({
        evaluated: workflow.expression.getSimpleParameterValue(node, description[field], 'internal', {}),
        resolved: resolveWebhookDescriptionField(node, description, field),
      })),
    );
  }

  /** Like `call`, without waiting for the end. */
  begin(
    name: string,
    call: WebhookCall,
  ): { readonly response: RecordedResponse; readonly outcome: Promise<IWebhookResponseData> } {
    const { workflow, node } = this.workflow(name, call);
    const additionalData = this.environment(call.credentials ?? {});
    const method = call.method ?? 'POST';
    const socket = new Socket();
    Object.defineProperty(socket, 'remoteAddress', { value: call.remoteAddress ?? '127.0.0.1' });
    const request = new IncomingMessage(socket);
    Object.assign(request, {
      method,
      originalUrl: `/webhook/test${call.query ?? ''}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...call.headers },
      params: call.pathSecret === undefined ? {} : { secret: call.pathSecret },
      rawBody: typeof call.body === 'string' ? Buffer.from(call.body) : Buffer.from(call.body ?? []),
    });
    const response = new RecordedResponse(request);
    Object.assign(additionalData, { httpRequest: request, httpResponse: response });
    const description = this.type(name).description.webhooks?.find(({ httpMethod }) => httpMethod === method);
    if (description === undefined) throw new Error(`The node takes no ${method}.`);
    const context = new WebhookContext(
      workflow,
      node,
      additionalData,
      call.mode ?? 'webhook',
      {
        httpMethod: method,
        node: NAME,
        path: 'test',
        webhookDescription: description,
        workflowId: 'w',
        workflowExecuteAdditionalData: additionalData,
      },
      [],
      null,
    );
    const webhook: unknown = Reflect.get(this.type(name), 'webhook');
    if (typeof webhook !== 'function') throw new Error('The node has no webhook.');
    const run = async (): Promise<IWebhookResponseData> => {
      // n8n's own context class is wider than the interface for nodes.
      const returned: unknown = await Reflect.apply(webhook, context, []);
      const result: IWebhookResponseData = Object.assign({}, returned);
      // n8n writes an execution to its database before running it.
      JSON.stringify(result.workflowData);
      return result;
    };
    return { response, outcome: run() };
  }

  /** Tests a credential as n8n's dialog does. */
  testCredential(
    name: string,
    type: string,
    data: ICredentialDataDecryptedObject,
  ): Promise<INodeCredentialTestResult> {
    const { description, methods } = this.type(name);
    const { testedBy } = description.credentials?.find((credential) => credential.name === type) ?? {};
    const test = typeof testedBy === 'string' ? methods?.credentialTest?.[testedBy] : undefined;
    if (test === undefined) throw new Error('The credential has no test.');
    return test.call(new CredentialTestContext(), { id: '1', name: type, type, data });
  }

  /** A workflow with the node behind a start. */
  workflow(
    name: string,
    options: Pick<ExecuteOptions, 'parameters' | 'credentials' | 'settings' | 'secondItems'>,
  ): { workflow: Workflow; node: INode } {
    const node: INode = {
      id: 'node',
      name: NAME,
      type: `${PREFIX}${name}`,
      typeVersion: 1,
      position: [200, 0],
      parameters: options.parameters,
      credentials: Object.fromEntries(
        Object.keys(options.credentials ?? {}).map((type) => [type, { id: '1', name: type }]),
      ),
      ...options.settings,
    };
    const start: INode = {
      id: 's',
      name: 'Start',
      type: 'start',
      typeVersion: 1,
      position: [0, 0],
      parameters: {},
    };
    const second: INode = { ...start, id: 't', name: 'Second', position: [0, 200] };
    const hasSecond = options.secondItems !== undefined;
    const toNode = (index: number): IConnection => ({ node: NAME, type: 'main', index });
    const workflow = new Workflow({
      id: 'w',
      name: 'w',
      nodes: hasSecond ? [start, second, node] : [start, node],
      connections: hasSecond
        ? {
            Start: { main: [[toNode(0), { node: 'Second', type: 'main', index: 0 }]] },
            Second: { main: [[toNode(1)]] },
          }
        : { Start: { main: [[toNode(0)]] } },
      active: false,
      settings: { executionOrder: 'v1' },
      nodeTypes: this.#types,
    });
    return { workflow, node: workflow.getNode(NAME) ?? node };
  }

  /** What an execution needs besides the workflow. */
  environment(credentials: Credentials, executionId: string = randomUUID()): IWorkflowExecuteAdditionalData {
    return { ...executionEnvironment(credentials, this.#credentialTypes), executionId };
  }
}
