import {
  readBody,
  AccoladesError,
  type EndpointRequest,
  type Received,
  type ReplyKind,
  type WebhookEventType,
} from '@accolades-flow/core';
import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { interceptAnswer, sendAnswer } from './http-response.ts';
import { toOutputs } from './outputs.ts';
import { warn } from './refusal-log.ts';
import { readWebhookSettings, type WebhookSettings } from './webhook-settings.ts';

/** n8n must not answer itself, and starts nothing. */
const DEALT_WITH: IWebhookResponseData = { noWebhookResponse: true };

/**
 * Takes one request: answers a notification at once and then starts the workflow, or starts the workflow that answers. Never throws,
 * since n8n would answer with an error, and Accolades hang up the call.
 */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
  const response = context.getResponseObject();
  let settings: WebhookSettings;
  try {
    settings = await readWebhookSettings(context);
  } catch (error) {
    // Publishing the workflow checks the settings, so that only an expression or a changed credential leads here.
    warn(context, 'dropped', `A request was refused: the settings are not valid. ${textOf(error)}`);
    sendAnswer(response, { status: 500, headers: {}, body: '' });
    return DEALT_WITH;
  }
  const { endpoint, outputs } = settings;
  const request = await readRequest(context, settings);
  if (request instanceof AccoladesError) {
    const refusal = endpoint.guard.refusal(headOf(context, settings), request);
    warn(context, 'unknown', refusal.logLine);
    sendAnswer(response, refusal.answer);
    return DEALT_WITH;
  }
  const received = endpoint.receive(request, (answer) => {
    sendAnswer(response, answer);
  });
  if (received.kind === 'refused') {
    warn(context, 'unknown', received.logLine);
    sendAnswer(response, received.answer);
    return DEALT_WITH;
  }
  if (received.kind === 'ignored') {
    sendAnswer(response, received.answer);
    return DEALT_WITH;
  }
  if (received.warning !== null) warn(context, 'dropped', received.warning.message);
  const workflowData = [...toOutputs({ ...received.message }, received.type, outputs)];
  if (received.answer !== null) {
    sendAnswer(response, received.answer);
    return { noWebhookResponse: true, workflowData };
  }
  awaitAnswer(context, settings, received);
  return { workflowData };
}

/** Leaves the request open: core sends the workflow's answer, or the fallback when the time is over. */
function awaitAnswer(
  context: IWebhookFunctions,
  { endpoint, responder }: WebhookSettings,
  { replyToken, type, fallback }: Extract<Received, { kind: 'message' }>,
): void {
  if (replyToken === null || fallback === null) return;
  const response = context.getResponseObject();
  response.once('close', () => {
    if (!response.writableFinished) endpoint.abandon(replyToken);
  });
  interceptAnswer(response, {
    token: replyToken,
    kind: replyKindOf(type),
    responder,
    fallback,
    hangupFormat: endpoint.hangupReplyFormat,
    warn: (line) => {
      warn(context, 'dropped', line);
    },
  });
}

/** What kind of answer an event waits for. */
function replyKindOf(type: WebhookEventType): ReplyKind {
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

/** The request with its body as bytes, so that core reads all bodies by the same rules. */
async function readRequest(
  context: IWebhookFunctions,
  settings: WebhookSettings,
): Promise<EndpointRequest | AccoladesError> {
  const head = headOf(context, settings);
  const request = context.getRequestObject();
  const refused = settings.endpoint.guard.refuseHead(head);
  if (refused !== null) return refused.error;
  if (head.method === 'GET') return head;
  // n8n reads the body before the node is asked; where a version does not, it is still there.
  const bytes: unknown = request.rawBody;
  if (bytes instanceof Uint8Array) return { ...head, body: bytes };
  if (request.readableEnded || request.destroyed) return head;
  try {
    return { ...head, body: await readBody(request, settings.endpoint.guard.maxBodyBytes) };
  } catch (error) {
    return error instanceof AccoladesError ? error : new AccoladesError('BODY_MALFORMED');
  }
}

function headOf(context: IWebhookFunctions, { secretInPath }: WebhookSettings): EndpointRequest {
  const request = context.getRequestObject();
  const parameters: unknown = context.getParamsData();
  const secret: unknown =
    secretInPath && typeof parameters === 'object' && parameters !== null && 'secret' in parameters
      ? parameters.secret
      : undefined;
  return {
    method: request.method,
    url: request.originalUrl,
    headers: request.headers,
    remoteAddress: request.socket.remoteAddress,
    pathSecret: typeof secret === 'string' ? secret : undefined,
  };
}

function textOf(error: unknown): string {
  return error instanceof AccoladesError ? error.message : 'The node could not be prepared.';
}
