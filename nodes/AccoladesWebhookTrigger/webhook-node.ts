import { WebhookEndpoint } from '@accolades-flow/core';
import { processPendingReplies, systemClock } from '@accolades-flow/core/node';
import type { IWebhookFunctions } from 'n8n-workflow';
import { readWebhookParameters, type ParameterContext, type WebhookParameters } from './webhook-settings.ts';

/** One version of a node: its parameters and the endpoint that they describe. */
export class WebhookNode {
  readonly parameters: WebhookParameters;
  #endpoint: { readonly secret: string; readonly endpoint: WebhookEndpoint } | null = null;

  constructor(parameters: WebhookParameters) {
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
const nodes = new Map<string, { readonly version: string; readonly node: WebhookNode }>();

/**
 * The node as the workflow currently describes it. n8n creates the workflow for each request, so
 * the result for equal parameters is cached.
 *
 * @throws AccoladesError `INVALID_PARAMETER`
 */
export function webhookNodeOf(context: ParameterContext & Pick<IWebhookFunctions, 'getMode'>): WebhookNode {
  const { id, parameters } = context.getNode();
  // A test in the editor may use newer parameters than the published workflow.
  const key = `${context.getMode()} ${context.getWorkflow().id ?? ''} ${id}`;
  const version = JSON.stringify(parameters);
  const known = nodes.get(key);
  if (known?.version === version) return known.node;
  const node = new WebhookNode(readWebhookParameters(context));
  // An expression may return another value for each request.
  if (version.includes('"=')) return node;
  nodes.delete(key);
  for (const oldest of nodes.size < MAX_NODES ? [] : nodes.keys()) {
    nodes.delete(oldest);
    break;
  }
  nodes.set(key, { version, node });
  return node;
}
