import { WebhookEndpoint } from '@accolades-flow/core';
import type { IWebhookFunctions } from 'n8n-workflow';
import { readWebhookParameters, type ParameterContext, type WebhookParameters } from './webhook-settings.ts';

/** One version of a node: its parameters, and the endpoint that they describe. */
export class WebhookNode {
  readonly parameters: WebhookParameters;
  #endpoint: { readonly secret: string; readonly endpoint: WebhookEndpoint } | null = null;

  constructor(parameters: WebhookParameters) {
    this.parameters = parameters;
  }

  /**
   * The same one until the secret changes.
   * @throws AccoladesError `INVALID_PARAMETER` or `INVALID_REPLY`; holds no secret
   */
  endpoint(secret: string): WebhookEndpoint {
    if (this.#endpoint?.secret !== secret) {
      const { settings, key } = this.parameters;
      this.#endpoint = { secret, endpoint: new WebhookEndpoint({ ...settings, secret }, { key }) };
    }
    return this.#endpoint.endpoint;
  }
}

/** Nodes of this process whose last version is kept. */
const MAX_NODES = 1_000;
const nodes = new Map<string, { readonly version: string; readonly node: WebhookNode }>();

/**
 * The node as the workflow describes it now. n8n makes a workflow anew for each request; what was
 * made for the same parameters is used again.
 *
 * @throws AccoladesError `INVALID_PARAMETER`
 */
export function webhookNodeOf(context: ParameterContext & Pick<IWebhookFunctions, 'getMode'>): WebhookNode {
  const { id, parameters } = context.getNode();
  // A test in the editor may use a newer version than the published workflow.
  const key = `${context.getMode()} ${context.getWorkflow().id ?? ''} ${id}`;
  const version = JSON.stringify(parameters);
  const known = nodes.get(key);
  if (known?.version === version) return known.node;
  const node = new WebhookNode(readWebhookParameters(context));
  // An expression may give something else with each request.
  if (version.includes('"=')) return node;
  nodes.delete(key);
  for (const oldest of nodes.size < MAX_NODES ? [] : nodes.keys()) {
    nodes.delete(oldest);
    break;
  }
  nodes.set(key, { version, node });
  return node;
}
