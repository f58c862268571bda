import { WebhookEndpoint } from '@accolades-flow/core';
import { processPendingReplies, systemClock } from '@accolades-flow/core/node';
import type { IWebhookFunctions } from 'n8n-workflow';
import type { EndpointParameters, ParameterContext } from './endpoint-parameters.ts';

/** One version of a node: its parameters and the endpoint that they describe. */
export class WebhookNode<P extends EndpointParameters = EndpointParameters> {
  readonly parameters: P;
  #endpoint: { readonly secret: string; readonly endpoint: WebhookEndpoint } | null = null;

  constructor(parameters: P) {
    this.parameters = parameters;
  }

  /**
   * The endpoint for this secret; reused until the secret changes.
   * @throws AccoladesError `INVALID_PARAMETER` or `INVALID_REPLY`; holds no secret
   */
  endpoint(secret: string): WebhookEndpoint {
    if (this.#endpoint?.secret !== secret) {
      const { settings, key } = this.parameters;
      const options = { key, clock: systemClock, replies: processPendingReplies() };
      this.#endpoint = { secret, endpoint: new WebhookEndpoint({ ...settings, secret }, options) };
    }
    return this.#endpoint.endpoint;
  }
}

/** How many nodes of this process are cached. */
const MAX_NODES = 1_000;

/** The nodes of one type. n8n creates the workflow for each request, so equal nodes are cached. */
export class WebhookNodes<P extends EndpointParameters> {
  readonly #read: (context: ParameterContext) => P;
  readonly #nodes = new Map<string, { readonly version: string; readonly node: WebhookNode<P> }>();

  /** @param read throws AccoladesError `INVALID_PARAMETER` */
  constructor(read: (context: ParameterContext) => P) {
    this.#read = read;
  }

  /**
   * The node as the workflow currently describes it.
   * @throws AccoladesError `INVALID_PARAMETER`
   */
  of(context: ParameterContext & Pick<IWebhookFunctions, 'getMode'>): WebhookNode<P> {
    const { id, parameters } = context.getNode();
    // A test in the editor may use newer parameters than the published workflow.
    const key = `${context.getMode()} ${context.getWorkflow().id ?? ''} ${id}`;
    const version = JSON.stringify(parameters);
    const known = this.#nodes.get(key);
    if (known?.version === version) return known.node;
    const node = new WebhookNode(this.#read(context));
    // An expression may return another value for each request.
    if (version.includes('"=')) return node;
    this.#nodes.delete(key);
    for (const oldest of this.#nodes.size < MAX_NODES ? [] : this.#nodes.keys()) {
      this.#nodes.delete(oldest);
      break;
    }
    this.#nodes.set(key, { version, node });
    return node;
  }
}
