import type { EndpointRequest, Received, ReplyKind, WebhookEndpoint } from '@accolades-flow/core';
import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { foundCredential } from '../shared/agent-credential.ts';
import { deliveryLine } from '../shared/delivery-lines.ts';
import { onceWritten } from '../shared/once-written.ts';
import { interceptAnswer } from './intercept-answer.ts';
import { toOutputs } from './outputs.ts';
import { warn } from './refusal-log.ts';
import { StartOrder, type AnsweredRequest } from './start-order.ts';
import type { WebhookParameters } from './webhook-settings.ts';

type ReceivedMessage = Extract<Received, { kind: 'message' }>;

const startOrder = new StartOrder();

/**
 * Starts the workflow with a message. An answered request waits for its turn; a request that needs
 * the workflow's answer starts it at once and stays open.
 */
export async function startWorkflow(
  context: IWebhookFunctions,
  parameters: WebhookParameters,
  endpoint: WebhookEndpoint,
  received: ReceivedMessage,
  request: EndpointRequest,
): Promise<IWebhookResponseData> {
  const { message, type, answer, replyToken, fallback, warning } = received;
  if (warning !== null) warn(context, 'dropped', warning.message);
  const workflowData = [...toOutputs({ ...message }, type, parameters.outputs)];
  if (answer !== null) {
    // In a test, n8n creates one execution at a time, and a user is watching.
    if (context.getMode() !== 'manual') {
      onceWritten(workflowData, await startOrder.turn(answeredRequest(context, parameters, request)));
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

function answeredRequest(
  context: IWebhookFunctions,
  { secretPlace }: WebhookParameters,
  { body }: EndpointRequest,
): AnsweredRequest {
  return {
    bodyBytes: body instanceof Uint8Array ? body.byteLength : 0,
    // Starting a workflow needs n8n's database too, so test it first.
    check: () =>
      secretPlace === 'none' ? null : foundCredential(context.getCredentials('accoladesWebhookApi')),
    report: (report) => {
      const { level, text } = deliveryLine(report);
      context.logger[level](`[Accolades] ${text}`, { nodeName: context.getNode().name });
    },
  };
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
