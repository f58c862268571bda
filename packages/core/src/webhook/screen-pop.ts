import { AccoladesError } from '../errors.ts';
import type { HttpAnswer } from './reply.ts';

/** An address that the browser connector opens in the agent's browser. */
export interface ScreenPop {
  /** `https:` only. The connector also requires that the configuration text lists its origin. */
  readonly url: string;
  /** Shown on the link or notification that replaces a blocked page; empty: the address. */
  readonly title: string;
}

/** Our own limits, in characters. */
const MAX_POP_URL_CHARS = 2_048;
const MAX_POP_TITLE_CHARS = 200;

/**
 * Lets any page read the answers to the browser connector: the origin from which Accolades serves
 * it is not published, and is `null` in a sandbox. The answers hold nothing that a sender with the
 * secret may not know, and cookies are ignored.
 */
export const READABLE_BY_ANY_PAGE: Readonly<Record<string, string>> = { 'access-control-allow-origin': '*' };

/** The answer to an event that needs no page. The connector repeats the event until it gets it. */
export const CONNECTOR_ACKNOWLEDGEMENT: HttpAnswer = connectorAnswer({ received: true });

/**
 * Validates the address of a flow's answer.
 * @returns null when the flow found no address (null, undefined, blank)
 * @throws AccoladesError `INVALID_REPLY`, with the reason
 */
export function readScreenPop(url: unknown, title?: unknown): ScreenPop | null {
  if (url === undefined || url === null) return null;
  if (typeof url !== 'string') throw invalid('The address to open must be text.');
  const typed = url.trim();
  if (typed === '') return null;
  if (typed.length > MAX_POP_URL_CHARS)
    throw invalid(`The address to open is longer than ${MAX_POP_URL_CHARS} characters.`);
  if (!URL.canParse(typed)) throw invalid('The address to open cannot be read. It must start with https://.');
  const parsed = new URL(typed);
  if (parsed.protocol !== 'https:') throw invalid('The address to open must start with https://.');
  if (parsed.username !== '' || parsed.password !== '') {
    throw invalid('The address to open must not hold a user name or password.');
  }
  return { url: parsed.href, title: readTitle(title) };
}

/**
 * The answer to a call that the browser connector forwarded.
 * @param url null, undefined or blank: no page is opened
 * @throws AccoladesError `INVALID_REPLY`
 */
export function screenPopReply(url: unknown, title?: unknown): HttpAnswer {
  const screenPop = readScreenPop(url, title);
  return connectorAnswer(screenPop === null ? { received: true } : { received: true, screenPop });
}

/** The answer for an agent whose phone was ringing when another agent took the call. */
export function answeredElsewhere(label: string | null): HttpAnswer {
  return connectorAnswer({ received: true, answeredBy: { label } });
}

function readTitle(title: unknown): string {
  if (title === undefined || title === null) return '';
  if (typeof title !== 'string' && typeof title !== 'number') throw invalid('The title must be text.');
  return String(title).trim().slice(0, MAX_POP_TITLE_CHARS);
}

function connectorAnswer(body: {
  readonly received: true;
  readonly screenPop?: ScreenPop;
  readonly answeredBy?: { readonly label: string | null };
}): HttpAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8', ...READABLE_BY_ANY_PAGE },
    body: JSON.stringify(body),
  };
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_REPLY', { what });
}
