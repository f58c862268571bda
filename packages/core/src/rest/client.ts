import { AccoladesError, messageOf, type AccoladesErrorCode } from '../errors.ts';
import { describeNetworkError, isRefusedInHandshake, networkErrorCode } from '../net/network-error.ts';
import type { Phone } from '../call/phone.ts';
import type { JsonObject } from '../protocol/messages.ts';
import { startDeadline, systemClock, type Clock } from '../time/clock.ts';
import { parseAccount, type Account, type AccountSettings } from './account.ts';
import { readAnswer } from './answer.ts';
import { parseDialRequest, type DialSettings } from './dial-request.ts';
import { HttpPostError, type HttpPost } from '../net/post.ts';
import { postForm } from '../platform/node/http-post.ts';
import {
  COUNTED_REFUSALS,
  DEFAULT_COOL_DOWN_MS,
  processRequestGate,
  type Cooling,
  type GateOutcome,
  type RefusalReason,
  type RequestGate,
} from './request-gate.ts';

/** From the call to the whole answer, waiting for one's turn included, in milliseconds. */
export const COMMAND_TIMEOUT_MS = 15_000;
/** A documented answer has some 20 bytes. */
const MAX_ANSWER_BYTES = 64 * 1024;

export interface PingResult {
  readonly command: 'ping';
  readonly ok: true;
  /** ISO 8601 */
  readonly sentAt: string;
  /** Milliseconds from the sending to the answer. */
  readonly durationMs: number;
  /** What the server sent: `{"type":"pong"}`. [help] */
  readonly response: JsonObject;
}

export interface DialResult {
  readonly command: 'dial';
  readonly ok: true;
  readonly deviceId: string;
  /** As it was sent. */
  readonly phoneNumber: string;
  /** Null when it is no valid public number. */
  readonly phone: Phone | null;
  /** ISO 8601 */
  readonly sentAt: string;
  /** Milliseconds from the sending to the answer. */
  readonly durationMs: number;
  /** What the server sent: `{"type":"ok"}`. [help] */
  readonly response: JsonObject;
}

export interface AccountClientOptions {
  /** Default {@link COMMAND_TIMEOUT_MS}. */
  readonly timeoutMs?: number;
  /**
   * How long to send nothing after a refusal, in milliseconds; 0: try on, at the risk of a blocked IP address.
   * Default: the environment's `ACCOLADES_COOL_DOWN_MS`, else {@link DEFAULT_COOL_DOWN_MS}.
   */
  readonly coolDownMs?: number;
  readonly post?: HttpPost;
  readonly clock?: Clock;
  /** Default: the one of this process. */
  readonly gate?: Pick<RequestGate, 'enter'>;
}

/**
 * Sends commands to the REST API of one account.
 *
 * A command is sent once and never repeated from here. After an authentication failure or an invalid path, or when the
 * server says that this IP address is blocked, requests are refused with `COOLING_DOWN` without being sent
 * ({@link RequestGate}).
 *
 * Holds nothing open between requests: there is nothing to close.
 */
export class AccountClient {
  readonly #account: Account;
  readonly #post: HttpPost;
  readonly #clock: Clock;
  readonly #gate: Pick<RequestGate, 'enter'>;
  readonly #timeoutMs: number;
  readonly #coolDownMs: number;

  /** @throws AccoladesError `INVALID_ACCOUNT` or `INVALID_URL` */
  constructor(settings: AccountSettings, options: AccountClientOptions = {}) {
    this.#account = parseAccount(settings);
    this.#post = options.post ?? postForm;
    this.#clock = options.clock ?? systemClock;
    this.#gate = options.gate ?? processRequestGate();
    this.#timeoutMs = options.timeoutMs ?? COMMAND_TIMEOUT_MS;
    this.#coolDownMs = options.coolDownMs ?? coolDownFromEnvironment() ?? DEFAULT_COOL_DOWN_MS;
  }

  /** True when password and numbers travel readable over a network: warn the person. */
  get exposed(): boolean {
    return this.#account.exposed;
  }

  /** True when anybody on the way can pretend to be the server, since its certificate is not verified: warn the person. */
  get unverified(): boolean {
    return this.#account.unverified;
  }

  /**
   * Asks whether server, account and password are right. The server also notes it in the account's log. [help]
   * @throws AccoladesError
   */
  async ping(): Promise<PingResult> {
    return { command: 'ping', ok: true, ...(await this.#send('ping', {})) };
  }

  /**
   * A {@link ping} for a person who tests credentials by hand. During a cool-down, credentials that were not refused
   * themselves are tried at once, a few times.
   * @throws AccoladesError
   */
  async test(): Promise<PingResult> {
    return { command: 'ping', ok: true, ...(await this.#send('ping', {}, true)) };
  }

  /**
   * Click-to-call: rings the device, and when it is answered dials the number. The answer only says that the server took the
   * command. [help]
   * @throws AccoladesError; `OUTCOME_UNKNOWN` when the phone may ring although no answer came
   */
  async dial(settings: DialSettings): Promise<DialResult> {
    const { deviceId, phoneNumber, phone } = parseDialRequest(settings);
    const sent = await this.#send('dial', { deviceId, phoneNumber });
    return { command: 'dial', ok: true, deviceId, phoneNumber, phone, ...sent };
  }

  async #send(
    command: 'ping' | 'dial',
    fields: Readonly<Record<string, string>>,
    byHand = false,
  ): Promise<{ sentAt: string; durationMs: number; response: JsonObject }> {
    const deadline = new AbortController();
    const timer = startDeadline(this.#clock, this.#timeoutMs, () => {
      deadline.abort();
    });
    try {
      const entry = await this.#gate.enter(this.#account, deadline.signal, byHand);
      if (entry.kind === 'cooling') throw coolingDown(entry.cooling);
      if (entry.kind === 'aborted') {
        throw new AccoladesError('REQUEST_TIMEOUT', {
          what: 'Other commands took so long that this one was not sent.',
        });
      }
      const sentAt = new Date(this.#clock.now()).toISOString();
      const start = this.#clock.monotonic();
      const answer = await this.#exchange(command, fields, deadline.signal);
      const cooling = entry.pass.leave(outcomeOf(answer), this.#coolDownMs);
      if (answer instanceof AccoladesError) throw cooling === null ? answer : withCooling(answer, cooling);
      return { sentAt, durationMs: Math.round(this.#clock.monotonic() - start), response: answer };
    } finally {
      timer.stop();
    }
  }

  /** Never throws, so that the gate is always left. */
  async #exchange(
    command: 'ping' | 'dial',
    fields: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<JsonObject | AccoladesError> {
    const { baseUrl, accountNumber, password, unverified, tls } = this.#account;
    try {
      const answer = await this.#post({
        url: `${baseUrl}${accountNumber}/${command}/`,
        body: new URLSearchParams({ password, ...fields }).toString(),
        maxBytes: MAX_ANSWER_BYTES,
        signal,
        allowUnauthorizedCerts: unverified,
        tls,
      });
      const read = readAnswer(answer, password);
      return command === 'dial' ? withoutGatewayErrors(read) : read;
    } catch (thrown) {
      return failureOf(thrown, signal.aborted, command === 'dial', this.#timeoutMs);
    }
  }
}

/** What a gateway before the server says when it got no answer, or half of one: the server may have the command. */
const GATEWAY_STATUS: ReadonlySet<number | null> = new Set([502, 504]);

function withoutGatewayErrors(answer: JsonObject | AccoladesError): JsonObject | AccoladesError {
  if (!(answer instanceof AccoladesError) || !GATEWAY_STATUS.has(answer.httpStatus)) return answer;
  return new AccoladesError('OUTCOME_UNKNOWN', {
    ...(answer.what === null ? {} : { what: answer.what }),
    ...(answer.httpStatus === null ? {} : { httpStatus: answer.httpStatus }),
  });
}

function outcomeOf(answer: JsonObject | AccoladesError): GateOutcome {
  if (!(answer instanceof AccoladesError)) return 'accepted';
  return COUNTED_REFUSALS.find((reason) => reason === answer.code) ?? 'nothing';
}

/** What it means that no whole answer came. */
function failureOf(thrown: unknown, timedOut: boolean, once: boolean, timeoutMs: number): AccoladesError {
  const error = thrown instanceof Error ? thrown : new Error(messageOf(thrown));
  const facts =
    error instanceof HttpPostError
      ? error
      : { mayHaveArrived: true, proxied: false, tooLarge: false, stalledAt: null };
  const cause = error instanceof HttpPostError && error.cause instanceof Error ? error.cause : error;
  // Of the proxy's address, before anything was sent.
  if (cause instanceof AccoladesError) return cause;
  if (facts.tooLarge) {
    return new AccoladesError('UNEXPECTED_ANSWER', { what: `${cause.message}.`, cause });
  }
  const stalled = facts.mayHaveArrived ? null : facts.stalledAt;
  const what = timedOut
    ? `No answer came within ${timeoutMs / 1000} seconds.${stalled === null ? '' : ` ${stalled}`}`
    : describeNetworkError(cause);
  const code = timedOut ? null : networkErrorCode(cause, facts.proxied);
  // Bytes that break TLS after the handshake come when the server has the command.
  const neverSent = !facts.mayHaveArrived || isRefusedInHandshake(cause);
  if (code !== null && neverSent && OF_THE_CONNECTING.has(code))
    return new AccoladesError(code, { what, cause });
  if (facts.mayHaveArrived) {
    return new AccoladesError(once ? 'OUTCOME_UNKNOWN' : timedOut ? 'REQUEST_TIMEOUT' : 'UNREACHABLE', {
      what,
      cause,
    });
  }
  return new AccoladesError(timedOut ? 'CONNECT_TIMEOUT' : 'UNREACHABLE', { what, cause });
}

/** Failures of the connecting itself. */
const OF_THE_CONNECTING: ReadonlySet<AccoladesErrorCode> = new Set([
  'CONNECTION_REFUSED',
  'HOST_NOT_FOUND',
  'TLS_FAILED',
  'NOT_TLS',
  'PROXY_FAILED',
  // This side's TLS material.
  'INVALID_PARAMETER',
]);

function coolingDown({ reason, own, until }: Cooling): AccoladesError {
  return new AccoladesError('COOLING_DOWN', {
    what: `${whyCooling(reason, own)}; waiting until ${until}.`,
    until,
  });
}

function whyCooling(reason: RefusalReason, own: boolean): string {
  switch (reason) {
    case 'UNAUTHORIZED':
      return `Accolades refused ${own ? 'this' : 'another'} account and password before`;
    case 'COMMAND_NOT_FOUND':
      return `Accolades knew no such address before${own ? '' : ', in a command of another account'}`;
    case 'IP_REJECTED':
      return 'Accolades has blocked the public IP address of this machine';
  }
}

/** The refusal that starts a cool-down says until when. */
function withCooling(refused: AccoladesError, { until }: Cooling): AccoladesError {
  return new AccoladesError(refused.code, {
    what: `${refused.what ?? ''} Nothing more is sent to this server until ${until}.`.trim(),
    until,
    retryable: refused.retryable,
    ...(refused.httpStatus === null ? {} : { httpStatus: refused.httpStatus }),
  });
}

function coolDownFromEnvironment(): number | undefined {
  const number = Number(process.env['ACCOLADES_COOL_DOWN_MS']?.trim() || Number.NaN);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}
