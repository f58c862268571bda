import type { EndpointRequest, Received, Refusal, Respond, WebhookEndpoint } from '@accolades-flow/core';
import { nodeSecret, type SecretContext } from './node-secret.ts';
import type { WebhookNode } from './webhook-node.ts';

export interface Admitted {
  readonly endpoint: WebhookEndpoint;
  readonly received: Received;
  /**
   * Checks the request again, when the secret may have changed since it was read. Call it after the
   * answer and before the workflow starts. Resolves with null when the workflow may start, and
   * rejects with the error of reading the credential. Null: no check is needed.
   */
  readonly confirm: (() => Promise<Refusal | null>) | null;
}

/**
 * Passes a request to the endpoint of its node. Loading the credential takes about 100 ms, too long
 * before an answer. So the request is answered with the cached secret, and its workflow starts only
 * after the check with the current one.
 *
 * @param context reads the credential, also after the request
 * @throws AccoladesError for invalid settings or an invalid secret, or the error of reading the
 * credential
 */
export async function admit(
  context: SecretContext,
  node: WebhookNode,
  request: EndpointRequest,
  respond: Respond,
): Promise<Admitted> {
  const secrets = nodeSecret(context, node.parameters);
  const known = await secrets.recall();
  const endpoint = node.endpoint(known.secret);
  const received = endpoint.receive(request, respond);
  const isWrong = received.kind === 'refused' && received.error.code === 'SECRET_WRONG';
  if (known.isFresh || (received.kind === 'refused' && !isWrong)) {
    return { endpoint, received, confirm: null };
  }
  if (isWrong) {
    const renewed = node.endpoint(await secrets.read());
    return {
      endpoint: renewed,
      received: renewed === endpoint ? received : renewed.receive(request, respond),
      confirm: null,
    };
  }
  return {
    endpoint,
    received,
    async confirm() {
      const renewed = node.endpoint(await secrets.renew());
      const admission = renewed === endpoint ? null : renewed.guard.admit(request);
      return admission?.kind === 'refused' ? admission : null;
    },
  };
}
