import type { WebhookMessage } from '@accolades-flow/core';
import type { FunctionsBase } from 'n8n-workflow';
import { foundCredential } from '../shared/agent-credential.ts';
import { deliveryLine } from '../shared/delivery-lines.ts';
import type { EndpointParameters } from '../shared/webhook/endpoint-parameters.ts';
import type { AnsweredRequest } from './start-order.ts';

type Context = Pick<FunctionsBase, 'getNode' | 'getWorkflow' | 'getCredentials' | 'logger'>;

export interface AnswerOrder {
  readonly message: WebhookMessage;
  readonly bodyBytes: number;
  /** Whether the workflows of all calls start one after the other, and not only those of a call. */
  readonly isOneByOne: boolean;
  readonly begin: AnsweredRequest['begin'];
}

export function answeredRequest(
  context: Context,
  { secretPlace }: Pick<EndpointParameters, 'secretPlace'>,
  { message, bodyBytes, isOneByOne, begin }: AnswerOrder,
): AnsweredRequest {
  return {
    bodyBytes,
    keys: [...(isOneByOne ? ['start'] : []), ...callKeys(context, message)],
    begin,
    // Starting a workflow needs n8n's database too, so test it first.
    check: () =>
      secretPlace === 'none' ? null : foundCredential(context.getCredentials('accoladesWebhookApi')),
    report: (report) => {
      const { level, text } = deliveryLine(report);
      context.logger[level](`[Accolades] ${text}`, { nodeName: context.getNode().name });
    },
  };
}

function callKeys(context: Context, message: WebhookMessage): string[] {
  const call = 'callId' in message ? message.callId : 'uniqueId' in message ? message.uniqueId : '';
  return call === '' ? [] : [`call ${context.getWorkflow().id ?? ''} ${call}`];
}
