import type { EndpointRequest, ReplyKind, WebhookEndpoint } from '@accolades-flow/core';
import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { onceWritten } from '../shared/once-written.ts';
import { warn } from '../shared/webhook/refusal-log.ts';
import { answeredRequest } from './answered-request.ts';
import { interceptAnswer } from './intercept-answer.ts';
import type { ReceivedMessage } from './published-trigger.ts';
import { startOrder, type Started } from './start-order.ts';
import type { WebhookParameters } from './webhook-settings.ts';

/**
 * Starts the workflow with a message, as the result of the request. A request that needs the
 * workflow's answer stays open.
 *
 * In a process that runs no triggers, an answered request waits here, but only while n8n saves an
 * earlier one of the same call: n8n holds some 11 MB for each request that waits.
 */
export async function startWorkflow(
  context: IWebhookFunctions,
  parameters: WebhookParameters,
  endpoint: WebhookEndpoint,
  received: ReceivedMessage,
  request: EndpointRequest,
): Promise<IWebhookResponseData> {
  const { message, answer, replyToken, fallback, warning } = received;
  if (warning !== null) warn(context, 'dropped', warning.message);
  const workflowData = [[{ json: { ...message } }]];
  if (answer !== null) {
    // In a test, n8n creates one execution at a time, and a user is watching.
    if (context.getMode() !== 'manual') {
      onceWritten(workflowData, await turn(context, parameters, received, request));
    }
    return { noWebhookResponse: true, workflowData };
  }
  if (replyToken === null || fallback === null) return { workflowData };
  const response = context.getResponseObject();
  response.once('close', () => {
    if (!response.writableFinished) endpoint.abandon(replyToken);
  });
  interceptAnswer(response, {
    token: replyToken,
    kind: replyKindOf(received),
    responder: parameters.responder,
    fallback,
    hangupFormat: endpoint.hangupReplyFormat,
    warn: (line) => {
      warn(context, 'dropped', line);
    },
  });
  return { workflowData };
}

/** Resolves when the request's workflow may start. */
function turn(
  context: IWebhookFunctions,
  parameters: WebhookParameters,
  { message }: ReceivedMessage,
  request: EndpointRequest,
): Promise<Started> {
  return new Promise((resolve) => {
    startOrder.add(
      answeredRequest(context, parameters, {
        isOneByOne: false,
        message,
        bodyBytes: bytesOf(request),
        begin: (started) => {
          resolve(started);
          return undefined;
        },
      }),
    );
  });
}

export function bytesOf({ body }: EndpointRequest): number {
  return body instanceof Uint8Array ? body.byteLength : 0;
}

/** The kind of answer that the event needs. */
function replyKindOf({ type }: ReceivedMessage): ReplyKind {
  switch (type) {
    case 'confirmHangup':
      return 'confirmHangup';
    case 'incomingCall':
    case 'outgoingCall':
      return 'screenPop';
    default:
      return 'ivr';
  }
}
