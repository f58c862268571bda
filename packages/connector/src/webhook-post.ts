import type { ConnectorConfiguration } from './configuration.ts';

/** The agent of an event, as the endpoint is told. Never its `idCrm`. */
export interface AgentName {
  readonly label: string;
  readonly id: string | null;
  readonly phoneId: string | null;
  readonly accountId: string | null;
}

/** One event for the flow. */
export interface ConnectorEvent {
  /** The same for every attempt, so that the endpoint takes the event once. */
  readonly id: string;
  /** When it happened, by the monotonic clock, in milliseconds. */
  readonly at: number;
  readonly content:
    | {
        /** The server's frame. */
        readonly frame: string;
        /** The frame with its documented fields alone. */
        readonly shortFrame: string;
      }
    | { readonly event: 'agentConnected' | 'agentDisconnected'; readonly reason: string | null };
}

/** The page that the flow wants opened in the agent's browser. Not checked yet. */
export interface AnsweredPage {
  readonly url: string;
  readonly title: string;
}

/** Another agent has answered the call, so that no page opens here. */
export interface AnsweredElsewhere {
  /** The agent's name; empty when it is not known. */
  readonly answeredBy: string;
}

/** Why no answer could be read. */
export type Unreachable =
  /** No answer at all. */
  | 'unreachable'
  /** The same, and this page may not use the local network. */
  | 'localNetwork'
  /** The server redirects. The secret must go to no other address. */
  | 'redirected'
  /** A server answers, but without the header that lets this page read the answer. */
  | 'unreadable';

export type DeliveryProblem = Unreachable | 'noEndpoint' | 'secret' | 'refused' | 'status' | 'busy';

export type DeliveryOutcome =
  | { readonly kind: 'delivered'; readonly page: AnsweredPage | AnsweredElsewhere | null }
  | {
      readonly kind: 'failed';
      readonly problem: DeliveryProblem;
      /**
       * `never`: the endpoint will not take this event. `later`: a person has to correct a
       * setting.
       */
      readonly again: 'soon' | 'later' | 'never';
      /** HTTP status; null when no answer could be read. */
      readonly status: number | null;
    };

/** Fields of every post, which no parameter for the secret may replace. */
export const POST_FIELDS = ['apiName', 'eventId', 'ageMs', 'agent', 'frame', 'event', 'reason'] as const;

/** In milliseconds. An event without an answer by then is posted again, and taken once. */
const ANSWER_TIMEOUT_MS = 20_000;
/**
 * Characters that all posts together may have which outlive their page. Browsers allow 64 KiB.
 * @see https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
 */
export const MAX_KEEPALIVE_CHARS = 60_000;
const MAX_ANSWER_CHARS = 64 * 1024;
/** Longer names of agents are cut, in characters. */
const MAX_NAME_CHARS = 100;
/** The endpoint cuts longer labels. */
const MAX_LABEL_CHARS = 100;

/**
 * The body of a post. It is form-encoded, so that the browser need not ask the endpoint first. The
 * secret is in the body, since addresses are logged on the way.
 * @param short leaves out the agent's label and all fields of the frame that are not documented
 */
export function requestBody(
  event: ConnectorEvent,
  { secret, secretParameter }: ConnectorConfiguration,
  agent: AgentName,
  ageMs: number,
  short = false,
): string {
  const { content } = event;
  const label = short || agent.label === '' ? undefined : agent.label.slice(0, MAX_LABEL_CHARS);
  const fields: Record<string, string> = {
    apiName: 'connectorEvent',
    eventId: event.id,
    ageMs: String(Math.max(0, Math.round(ageMs))),
    agent: JSON.stringify({ ...agent, label }),
    ...('frame' in content
      ? { frame: short ? content.shortFrame : content.frame }
      : { event: content.event, ...(content.reason === null ? {} : { reason: content.reason }) }),
    ...(secret === '' ? {} : { [secretParameter]: secret }),
  };
  return new URLSearchParams(fields).toString();
}

/** Whether the post of this body goes on when its page goes away. */
export function outlivesPage(body: string): boolean {
  return body.length <= MAX_KEEPALIVE_CHARS;
}

/**
 * Posts an event once. Never throws.
 * @param explain finds out why no answer could be read
 */
export async function postEvent(
  url: string,
  body: string,
  explain: (url: string) => Promise<Unreachable>,
): Promise<DeliveryOutcome> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
      body,
      mode: 'cors',
      credentials: 'omit',
      cache: 'no-store',
      // A redirection would take the secret elsewhere, also after the page has gone.
      redirect: 'error',
      // The address of this page holds the agent's idCrm.
      referrerPolicy: 'no-referrer',
      keepalive: outlivesPage(body),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    return outcomeOf(response.status, await response.text());
  } catch {
    return { kind: 'failed', problem: await explain(url), again: 'soon', status: null };
  }
}

/** @param text the body of the answer */
export function outcomeOf(status: number, text: string): DeliveryOutcome {
  const failed = (problem: DeliveryProblem, again: 'soon' | 'later' | 'never'): DeliveryOutcome => ({
    kind: 'failed',
    problem,
    again,
    status,
  });
  if (status >= 200 && status < 300) {
    const answer = text.length <= MAX_ANSWER_CHARS ? parseAnswer(text) : null;
    // Another program answers: a login page, or a host that is still starting.
    return answer === null ? failed('noEndpoint', 'soon') : { kind: 'delivered', page: answer.page };
  }
  switch (status) {
    case 400:
    case 413:
    case 415:
      return failed('refused', 'never');
    case 401:
    case 403:
      return failed('secret', 'later');
    case 404:
    case 405:
      return failed('noEndpoint', 'soon');
    case 429:
      return failed('busy', 'soon');
    default:
      return failed('status', 'soon');
  }
}

function parseAnswer(text: string): { readonly page: AnsweredPage | AnsweredElsewhere | null } | null {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return null;
  }
  if (!hasProperties(data) || data['received'] !== true) return null;
  const other = data['answeredBy'];
  if (hasProperties(other)) {
    const label = other['label'];
    return { page: { answeredBy: typeof label === 'string' ? label.slice(0, MAX_NAME_CHARS) : '' } };
  }
  const pop = data['screenPop'];
  if (!hasProperties(pop) || typeof pop['url'] !== 'string') return { page: null };
  return { page: { url: pop['url'], title: typeof pop['title'] === 'string' ? pop['title'] : '' } };
}

function hasProperties(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
