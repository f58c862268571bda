import {
  AccoladesError,
  type EndpointRequest,
  type Received,
  type Refusal,
  type ReplyKind,
  type WebhookEndpoint,
  type WebhookEventType,
} from '@accolades-flow/core';
import { readBody } from '@accolades-flow/core/node';
import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { foundCredential } from '../shared/agent-credential.ts';
import { deliveryLine } from '../shared/delivery-lines.ts';
import { onceWritten } from '../shared/once-written.ts';
import { interceptAnswer, sendAnswer } from './http-response.ts';
import { readSecret, recallSecret, renewSecret } from './node-secret.ts';
import { toOutputs } from './outputs.ts';
import { warn } from './refusal-log.ts';
import { StartOrder, type AnsweredRequest } from './start-order.ts';
import {
  createEndpoint,
  readWebhookParameters,
  type Responder,
  type WebhookParameters,
} from './webhook-settings.ts';

const startOrder = new StartOrder();

/** n8n must not answer itself, and starts nothing. */
const DEALT_WITH: IWebhookResponseData = { noWebhookResponse: true };

/**
 * Takes one request: answers a notification at once and then starts the workflow, or starts the workflow that answers. Never throws,
 * since n8n would answer with an error, and Accolades hang up the call.
 */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
  try {
    const parameters = readWebhookParameters(context);
    const known = await recallSecret(context, parameters);
    const endpoint = createEndpoint(parameters, known.secret);
    const request = await readRequest(context, parameters, endpoint);
    return request instanceof AccoladesError
      ? refuse(context, endpoint.guard.refusal(headOf(context, parameters), request))
      : await take(context, parameters, request, endpoint, known.isFresh);
  } catch (error) {
    // Publishing the workflow checks the settings, so that only an expression or a changed credential leads here.
    warn(context, 'dropped', `A request was refused: the settings are not valid. ${textOf(error)}`);
    sendAnswer(context.getResponseObject(), { status: 500, headers: {}, body: '' });
    return DEALT_WITH;
  }
}

/**
 * Reading the secret anew takes n8n longer than Accolades should wait. So the request is looked at, and a notification answered, with
 * the secret as it was known last, but nothing is started before the request has passed with the secret as it is now.
 *
 * @throws what reading the credential throws
 */
async function take(
  context: IWebhookFunctions,
  parameters: WebhookParameters,
  request: EndpointRequest,
  endpoint: WebhookEndpoint,
  isFresh: boolean,
): Promise<IWebhookResponseData> {
  const response = context.getResponseObject();
  const received = endpoint.receive(request, (answer, by) => {
    sendAnswer(response, answer);
    if (by === 'fallback') {
      warn(context, 'dropped', 'The workflow did not answer in time. The fallback was sent.');
    }
  });
  if (received.kind === 'refused') {
    return isFresh || received.error.code !== 'SECRET_WRONG'
      ? refuse(context, received)
      : take(
          context,
          parameters,
          request,
          createEndpoint(parameters, await readSecret(context, parameters)),
          true,
        );
  }
  if (received.answer !== null) sendAnswer(response, received.answer);
  if (received.kind === 'ignored') return DEALT_WITH;
  const admission = isFresh
    ? null
    : createEndpoint(parameters, await renewSecret(context, parameters)).guard.admit(request);
  if (admission?.kind === 'refused') {
    if (received.replyToken !== null) endpoint.abandon(received.replyToken);
    return refuse(context, admission);
  }
  if (received.warning !== null) warn(context, 'dropped', received.warning.message);
  const workflowData = [...toOutputs({ ...received.message }, received.type, parameters.outputs)];
  if (received.answer !== null) {
    // Somebody watches a test, and n8n makes no more than one at a time.
    if (context.getMode() !== 'manual') {
      onceWritten(workflowData, await startOrder.turn(answeredRequest(context, parameters, request)));
    }
    return { noWebhookResponse: true, workflowData };
  }
  awaitAnswer(context, parameters.responder, endpoint, received);
  return { workflowData };
}

function answeredRequest(
  context: IWebhookFunctions,
  { secretPlace }: WebhookParameters,
  { body }: EndpointRequest,
): AnsweredRequest {
  return {
    bodyBytes: body instanceof Uint8Array ? body.byteLength : 0,
    // Needs n8n's database, as starting the workflow does.
    check: () =>
      secretPlace === 'none' ? null : foundCredential(context.getCredentials('accoladesWebhookApi')),
    report: (report) => {
      const { level, text } = deliveryLine(report);
      context.logger[level](`[Accolades] ${text}`, { nodeName: context.getNode().name });
    },
  };
}

function refuse(context: IWebhookFunctions, { logLine, answer }: Refusal): IWebhookResponseData {
  warn(context, 'unknown', logLine);
  sendAnswer(context.getResponseObject(), answer);
  return DEALT_WITH;
}

/** Leaves the request open: core sends the workflow's answer, or the fallback when the time is over. */
function awaitAnswer(
  context: IWebhookFunctions,
  responder: Responder,
  endpoint: WebhookEndpoint,
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
  parameters: WebhookParameters,
  { guard }: WebhookEndpoint,
): Promise<EndpointRequest | AccoladesError> {
  const head = headOf(context, parameters);
  const request = context.getRequestObject();
  const checked = guard.checkHead(head);
  if (checked.kind === 'refused') return checked.error;
  if (head.method === 'GET') return head;
  // n8n reads the body before the node is asked; where a version does not, it is still there.
  const bytes: unknown = request.rawBody;
  if (bytes instanceof Uint8Array) return { ...head, body: bytes };
  if (request.readableEnded || request.destroyed) return head;
  try {
    return { ...head, body: await readBody(request, guard.maxBodyBytes) };
  } catch (error) {
    return error instanceof AccoladesError ? error : new AccoladesError('BODY_MALFORMED');
  }
}

function headOf(context: IWebhookFunctions, { secretPlace }: WebhookParameters): EndpointRequest {
  const request = context.getRequestObject();
  const parameters: unknown = context.getParamsData();
  const secret: unknown =
    secretPlace === 'path' && typeof parameters === 'object' && parameters !== null && 'secret' in parameters
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
