import { REPLY_KINDS, type HttpAnswer, type ReplyKind } from '@accolades-flow/core';
import type { IDataObject } from 'n8n-workflow';

/** An answer on its way from the workflow's process to the process that holds the request. */
export interface RelayedReply {
  readonly token: string;
  readonly kind: ReplyKind;
  readonly answer: HttpAnswer;
}

const NAME = 'accoladesReply';

/** The answer as n8n forwards it: the body of a response. */
export function relayedReply(token: string, kind: ReplyKind, answer: HttpAnswer): IDataObject {
  return { [NAME]: { token, kind, answer: { ...answer, headers: { ...answer.headers } } } };
}

/** Reads a forwarded answer; null for any other body. */
export function readRelayedReply(body: unknown): RelayedReply | null {
  const reply = isRecord(body) ? body[NAME] : undefined;
  if (!isRecord(reply) || !isRecord(reply['answer'])) return null;
  const { token } = reply;
  const kind = REPLY_KINDS.find((known) => known === reply['kind']);
  const { status, headers, body: text } = reply['answer'];
  if (typeof token !== 'string' || kind === undefined) return null;
  if (typeof status !== 'number' || typeof text !== 'string' || !isRecord(headers)) return null;
  const names = Object.entries(headers).filter((entry): entry is [string, string] => {
    return typeof entry[1] === 'string';
  });
  return { token, kind, answer: { status, headers: Object.fromEntries(names), body: text } };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
