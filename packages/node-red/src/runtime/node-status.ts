import {
  mostCommonReason,
  reasonsOf,
  type AccoladesErrorCode,
  type CallEvent,
  type SubscriptionStatus,
} from '@accolades-flow/core';
import { errorCodeOf, type Texts } from './texts.ts';

/** The status under a node; the empty one shows nothing. */
export type NodeStatus =
  | {
      readonly fill: 'red' | 'green' | 'yellow' | 'blue' | 'grey';
      readonly shape: 'ring' | 'dot';
      readonly text: string;
    }
  | Readonly<Record<string, never>>;

/** Longer texts do not fit under a node; in characters. */
export const MAX_STATUS_CHARS = 19;

/**
 * Protection of the connection: `exposed` is readable on the network; `unverified` may reach any
 * server.
 */
export type Security = 'protected' | 'exposed' | 'unverified';

/** The status of a node's connection with one agent or several. */
export function connectionStatus(status: SubscriptionStatus, security: Security, texts: Texts): NodeStatus {
  const { connected, total } = status;
  if (total > 1) {
    const text = texts(`accolades.status.severalConnected.${security}`, { connected, total });
    if (connected === total) return { fill: 'green', shape: 'dot', text };
    if (connected > 0 || isBeginning(status)) return { fill: 'yellow', shape: 'ring', text };
    const reason = mostCommonReason(reasonsOf(status).map((agent) => agent.reason));
    if (reason === null) return { fill: 'red', shape: 'ring', text };
    const why = reasonText(reason, texts);
    const both = `0/${total} ${why}`;
    return { fill: 'red', shape: 'ring', text: both.length <= MAX_STATUS_CHARS ? both : why };
  }
  const agent = status.agents[0]?.status;
  switch (agent?.state) {
    case 'ready':
      return { fill: 'green', shape: 'dot', text: texts(`accolades.status.connected.${security}`) };
    case 'waiting':
    case 'closed':
      return errorStatus(agent.reason, texts);
    case 'idle':
    case 'connecting':
    case 'authenticating':
    case undefined:
      return { fill: 'yellow', shape: 'ring', text: texts('accolades.status.connecting') };
  }
}

/** Whether the undecided agents are at least as many as the refused ones. */
function isBeginning({ agents, total }: SubscriptionStatus): boolean {
  const first = agents.filter(
    ({ status }) => status.state === 'idle' || ('attempt' in status && status.attempt <= 1),
  );
  const undecided = first.filter(({ status: { state } }) => state !== 'waiting' && state !== 'closed');
  return undecided.length * 2 >= total;
}

/** Why a node cannot work, now or until its settings change. */
export function errorStatus(error: unknown, texts: Texts): NodeStatus {
  return { fill: 'red', shape: 'ring', text: reasonText(error, texts) };
}

function reasonText(error: unknown, texts: Texts): string {
  const code = errorCodeOf(error);
  const reason = (code === null ? undefined : REASON_TEXT[code]) ?? 'offline';
  return texts(`accolades.status.reason.${reason}`);
}

/** The last call: `↙ 0211234567` for an incoming one, `↗ …` for an outgoing one. */
export function callStatus(call: CallEvent, texts: Texts): NodeStatus {
  const arrow = call.direction === 'incoming' ? '↙' : '↗';
  const number = call.phoneNumber.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '').trim();
  const text = `${arrow} ${number === '' ? texts('accolades.status.noNumber') : number}`;
  return { fill: 'blue', shape: 'dot', text: shorten(text) };
}

/** Shortens a text to fit under a node. */
export function shorten(text: string): string {
  const characters = Array.from(text);
  return characters.length <= MAX_STATUS_CHARS
    ? text
    : `${characters.slice(0, MAX_STATUS_CHARS - 1).join('')}…`;
}

/** The keys of `accolades.status.reason` in the locale files. */
const REASON_TEXT: Partial<Record<AccoladesErrorCode, string>> = {
  ID_NOT_FOUND: 'agentOffline',
  IP_MISSMATCH: 'wrongIp',
  CONNECTION_EXISTS: 'inUseElsewhere',
  HELD_HERE: 'inUseHere',
  AUTH_REFUSED: 'refused',
  CONNECT_TIMEOUT: 'noAnswer',
  AUTH_TIMEOUT: 'noAnswer',
  REQUEST_TIMEOUT: 'noAnswer',
  CONNECTION_REFUSED: 'nothingThere',
  HOST_NOT_FOUND: 'unknownServer',
  NETWORK: 'networkError',
  TLS_FAILED: 'badCertificate',
  NOT_TLS: 'noTls',
  NOT_A_WEBSOCKET: 'notAWebSocket',
  PROXY_FAILED: 'proxyFailed',
  CONNECTION_CLOSED: 'closedByServer',
  CONNECTION_LOST: 'connectionLost',
  HEARTBEAT_TIMEOUT: 'connectionLost',
  INVALID_URL: 'wrongAddress',
  INVALID_CREDENTIAL: 'wrongIdCrm',
  INVALID_PARAMETER: 'wrongSettings',
  INVALID_ACCOUNT: 'wrongAccount',
  UNAUTHORIZED: 'accountRefused',
  IP_REJECTED: 'ipBlocked',
  BAD_REQUEST: 'commandRefused',
  FORBIDDEN: 'notAllowed',
  COMMAND_NOT_FOUND: 'unknownCommand',
  COMMAND_TOO_LARGE: 'tooLarge',
  SERVER_FAILURE: 'serverError',
  UNEXPECTED_ANSWER: 'unexpectedAnswer',
  UNREACHABLE: 'unreachable',
  OUTCOME_UNKNOWN: 'outcomeUnknown',
  COOLING_DOWN: 'paused',
  INVALID_REPLY: 'wrongReply',
  REPLY_TOO_LATE: 'tooLate',
  REPLY_ALREADY_SENT: 'answeredBefore',
  REPLY_UNKNOWN: 'nothingWaits',
};
