import {
  AccoladesError,
  answerPending,
  confirmHangupReply,
  ivrReply,
  messageOf,
  readHangupDecision,
  screenPopReply,
  type HangupReplyFormat,
  type HttpAnswer,
  type ReplyKind,
} from '@accolades-flow/core';
import { processPendingReplies } from '@accolades-flow/core/node';
import type { IWebhookFunctions } from 'n8n-workflow';
import { readRelayedReply } from '../shared/relayed-reply.ts';
import type { Responder } from './webhook-settings.ts';

type HttpResponse = ReturnType<IWebhookFunctions['getResponseObject']>;

/** A request that waits for the workflow's answer. */
export interface WaitingRequest {
  readonly token: string;
  readonly kind: ReplyKind;
  readonly responder: Responder;
  readonly fallback: HttpAnswer;
  readonly hangupFormat: HangupReplyFormat;
  /** Logs why the workflow's answer was not sent. */
  readonly warn: (line: string) => void;
}

/**
 * Applies core's time limit, fallback and checks to the answer of a workflow. n8n writes to the
 * response when the workflow has ended, or when a reply comes from another process. That answer
 * goes to core, which sends it when it is valid and in time.
 *
 * Only the methods with which n8n ends such a response are replaced, on this response alone.
 */
export function interceptAnswer(response: HttpResponse, request: WaitingRequest): void {
  const original = { setHeader: response.setHeader.bind(response), end: response.end.bind(response) };
  const offer = (body: unknown): HttpResponse => {
    offerAnswer(body, response.statusCode, request);
    return response;
  };
  Object.assign(response, {
    json: offer,
    send: offer,
    // n8n sets headers even after the answer, and ends the response once more.
    setHeader: (name: string, value: string | number | readonly string[]) => {
      if (!response.headersSent) original.setHeader(name, value);
      return response;
    },
    end: (...parameters: Parameters<HttpResponse['end']>) => {
      const hasAnswer = parameters[0] !== undefined && typeof parameters[0] !== 'function';
      if (hasAnswer && !response.writableEnded) original.end(...parameters);
      return response;
    },
  });
}

/** Offers n8n's output to core as the answer, or the fallback when it is not an answer. */
function offerAnswer(body: unknown, status: number, request: WaitingRequest): void {
  const { token, kind, fallback, warn } = request;
  let answer = fallback;
  let problem: string | null = null;
  try {
    answer = answerOf(body, status, request);
  } catch (error) {
    problem = messageOf(error);
  }
  try {
    answerPending(token, kind, answer, processPendingReplies());
    if (problem !== null) warn(problem);
  } catch (error) {
    // An Accolades node has already answered; this is the end of the workflow.
    if (error instanceof AccoladesError && error.code === 'REPLY_ALREADY_SENT') return;
    warn(messageOf(error));
  }
}

/** Reads n8n's output as an answer for Accolades. @throws AccoladesError `INVALID_REPLY` */
function answerOf(body: unknown, status: number, request: WaitingRequest): HttpAnswer {
  const { token, kind, responder, hangupFormat } = request;
  if (status >= 400) throw noAnswer('The workflow failed before it answered.');
  const relayed = readRelayedReply(body);
  if (relayed !== null) {
    if (relayed.token === token && relayed.kind === kind) return relayed.answer;
    throw noAnswer('The workflow answered another request than the one that started it.');
  }
  if (responder !== 'lastNode') throw noAnswer('The workflow ended without an answer.');
  // Only data is a list of items; n8n's own messages are not.
  if (!Array.isArray(body)) throw noAnswer('The last node of the workflow gave no data.');
  const items: readonly unknown[] = body;
  const [first] = items;
  // n8n skips nodes without items, and sends an empty item with “Always Output Data”.
  if (!isObject(first) || Object.keys(first).length === 0) {
    throw noAnswer('The last node of the workflow gave no item.');
  }
  if (kind === 'ivr') return ivrReply(first);
  if (kind === 'screenPop') {
    const { url, title } = { url: undefined, title: undefined, ...first };
    return screenPopReply(url, title);
  }
  const { decision, seconds } = { decision: undefined, seconds: undefined, ...first };
  return confirmHangupReply(readHangupDecision(decision, seconds), hangupFormat);
}

function noAnswer(what: string): AccoladesError {
  return new AccoladesError('INVALID_REPLY', { what: `${what} The fallback was sent.` });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
