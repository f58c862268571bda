import type { ConnectorConfiguration } from './configuration.ts';

/** The agent of an event, as the endpoint is told. Never its `idCrm`. */
export interface AgentName {
  readonly label: string;
  readonly id: string | null;
  readonly phoneId: string | null;
  readonly accountId: string | null;
}

/** One event on its way to the flow. */
export interface ConnectorEvent {
  /** The same for every attempt, so that the endpoint takes it once. */
  readonly id: string;
  /** When it happened, by the monotonic clock, in milliseconds. */
  readonly at: number;
  readonly content:
    | { readonly frame: string }
    | { readonly event: 'agentConnected' | 'agentDisconnected'; readonly reason: string | null };
}

/** What the flow wants opened in the agent's browser. Not checked yet. */
export interface AnsweredPage {
  readonly url: string;
  readonly title: string;
}

export type DeliveryProblem = 'unreachable' | 'noEndpoint' | 'secret' | 'refused' | 'status' | 'busy';

export type DeliveryOutcome =
  | { readonly kind: 'delivered'; readonly page: AnsweredPage | null }
  | {
      readonly kind: 'failed';
      readonly problem: DeliveryProblem;
      /** `never`: the endpoint will not take this event. `later`: somebody has to correct a setting first. */
      readonly again: 'soon' | 'later' | 'never';
      /** HTTP status; null when there was no answer. */
      readonly status: number | null;
    };

/** In milliseconds. A screen pop must be answered within it; an event that is not is posted again, and taken once. */
export const ANSWER_TIMEOUT_MS = 20_000;
/** What a browser lets outlive its page, in characters of a request; a little below its limit of 64 KiB for all of them. */
const MAX_KEEPALIVE_CHARS = 60_000;
const MAX_ANSWER_CHARS = 64 * 1024;

/**
 * The body of a request: form-encoded, so that the browser need not ask the endpoint before it sends it; the secret in it, and not in the
 * address, which is logged on the way.
 */
export function requestBody(
  event: ConnectorEvent,
  { secret, secretParameter }: ConnectorConfiguration,
  agent: AgentName,
  ageMs: number,
): URLSearchParams {
  const { content } = event;
  const fields: Record<string, string> = {
    apiName: 'connectorEvent',
    eventId: event.id,
    ageMs: String(Math.max(0, Math.round(ageMs))),
    agent: JSON.stringify({ ...agent, label: agent.label === '' ? undefined : agent.label }),
    ...('frame' in content
      ? { frame: content.frame }
      : { event: content.event, ...(content.reason === null ? {} : { reason: content.reason }) }),
    ...(secret === '' ? {} : { [secretParameter]: secret }),
  };
  return new URLSearchParams(fields);
}

/** Posts an event once. Never throws. */
export async function postEvent(url: string, body: URLSearchParams): Promise<DeliveryOutcome> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      mode: 'cors',
      credentials: 'omit',
      cache: 'no-store',
      // A redirection would take the secret elsewhere.
      redirect: 'error',
      // The address of this page holds the agent's idCrm.
      referrerPolicy: 'no-referrer',
      keepalive: body.toString().length <= MAX_KEEPALIVE_CHARS,
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const text = await response.text();
    return outcomeOf(response.status, text);
  } catch {
    // No network, no such server, no answer in time, or an answer that the browser does not let this page read.
    return { kind: 'failed', problem: 'unreachable', again: 'soon', status: null };
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
    // Something else answers there: a login page, or a host that is still starting.
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

function parseAnswer(text: string): { readonly page: AnsweredPage | null } | null {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return null;
  }
  if (!hasProperties(data) || data['received'] !== true) return null;
  const pop = data['screenPop'];
  if (!hasProperties(pop) || typeof pop['url'] !== 'string') return { page: null };
  return { page: { url: pop['url'], title: typeof pop['title'] === 'string' ? pop['title'] : '' } };
}

function hasProperties(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
