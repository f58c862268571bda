import { AccoladesError, messageOf, type AccoladesErrorCode } from '../errors.ts';
import { describeNetworkError, isRefusedInHandshake, networkErrorCode } from '../net/network-error.ts';
import type { Phone } from '../call/phone.ts';
import type { JsonObject } from '../json/json-object.ts';
import type { DialledCall } from '../outcome/contract.ts';
import { startDeadline } from '../time/clock.ts';
import { parseAccount, type Account, type AccountSettings } from './account.ts';
import { readAnswer } from './answer.ts';
import { parseDialRequest, type DialSettings } from './dial-request.ts';
import { HttpPostError } from '../net/post.ts';
import type { Platform } from '../platform/platform.ts';
import {
  COUNTED_REFUSALS,
  DEFAULT_COOL_DOWN_MS,
  type Cooling,
  type GateOutcome,
  type RefusalReason,
  type RequestGate,
} from './request-gate.ts';

/** Time from the call to the complete answer, including the wait in the gate, in milliseconds. */
export const COMMAND_TIMEOUT_MS = 15_000;
/** Largest answer, in bytes. A documented one has about 20. */
const MAX_ANSWER_BYTES = 64 * 1024;

export interface PingResult {
  readonly command: 'ping';
  readonly ok: true;
  /** ISO 8601 */
  readonly sentAt: string;
  /** Milliseconds from the request to the answer. */
  readonly durationMs: number;
  /** The server's answer: `{"type":"pong"}`. [help] */
  readonly response: JsonObject;
}

export interface DialResult {
  readonly command: 'dial';
  readonly ok: true;
  readonly deviceId: string;
  /** The number in the request. */
  readonly phoneNumber: string;
  /** Null when it is not a valid public number. */
  readonly phone: Phone | null;
  /** ISO 8601 */
  readonly sentAt: string;
  /** Milliseconds from the request to the answer. */
  readonly durationMs: number;
  /** The server's answer: `{"type":"ok"}`. [help] */
  readonly response: JsonObject;
}

export interface AccountClientOptions extends Pick<Platform, 'post' | 'clock'> {
  /** Default {@link COMMAND_TIMEOUT_MS}. */
  readonly timeoutMs?: number;
  /**
   * Length of the cool-down after a refusal, in milliseconds. 0: none, at the risk of a blocked IP
   * address. Default {@link DEFAULT_COOL_DOWN_MS}.
   */
  readonly coolDownMs?: number;
  /**
   * Called before a `dial` is sent. Returns a function that takes it back, called when the server
   * has certainly not carried it out.
   */
  readonly onDialled?: (call: DialledCall) => () => void;
  /** Shared by all clients of the process. */
  readonly gate: Pick<RequestGate, 'enter'>;
}

/**
 * Sends commands to the REST API of one account.
 *
 * Each command is sent once and never repeated. After a failed authentication, an invalid path or
 * the server's block of this IP address, requests fail with `COOLING_DOWN` without being sent
 * ({@link RequestGate}).
 *
 * Nothing stays open between requests, so there is no `close`.
 */
export class AccountClient {
  readonly #account: Account;
  readonly #post: Platform['post'];
  readonly #clock: Platform['clock'];
  readonly #gate: Pick<RequestGate, 'enter'>;
  readonly #timeoutMs: number;
  readonly #coolDownMs: number;
  readonly #onDialled: AccountClientOptions['onDialled'];

  /** @throws AccoladesError `INVALID_ACCOUNT` or `INVALID_URL` */
  constructor(settings: AccountSettings, options: AccountClientOptions) {
    this.#account = parseAccount(settings);
    this.#post = options.post;
    this.#clock = options.clock;
    this.#gate = options.gate;
    this.#timeoutMs = options.timeoutMs ?? COMMAND_TIMEOUT_MS;
    this.#coolDownMs = options.coolDownMs ?? DEFAULT_COOL_DOWN_MS;
    this.#onDialled = options.onDialled;
  }

  /** True when the password and numbers cross a network unencrypted: warn the user. */
  get exposed(): boolean {
    return this.#account.exposed;
  }

  /**
   * True when the server's certificate is not verified, so that anyone on the network path can
   * impersonate the server: warn the user.
   */
  get unverified(): boolean {
    return this.#account.unverified;
  }

  /**
   * Checks server, account and password. The server also logs it in the account. [help]
   * @throws AccoladesError
   */
  async ping(): Promise<PingResult> {
    return { command: 'ping', ok: true, ...(await this.#send('ping', {})) };
  }

  /**
   * A {@link ping} for a manual test of credentials. During a cool-down, credentials that were not
   * refused themselves are tried at once, a few times.
   * @throws AccoladesError
   */
  async test(): Promise<PingResult> {
    return { command: 'ping', ok: true, ...(await this.#send('ping', {}, true)) };
  }

  /**
   * Click-to-call: rings the device and, when it is answered, dials the number. The answer only
   * confirms that the server accepted the command. [help]
   * @throws AccoladesError; `OUTCOME_UNKNOWN` when the phone may ring although no answer arrived
   */
  async dial(settings: DialSettings): Promise<DialResult> {
    const { deviceId, phoneNumber, phone } = parseDialRequest(settings);
    // Before sending: the agent may pick up before the server's answer is here.
    const takeBack = this.#onDialled?.({ deviceId, phoneNumber });
    const sent = await this.#send('dial', { deviceId, phoneNumber }).catch((error: unknown) => {
      if (!mayHaveDialled(error)) takeBack?.();
      throw error;
    });
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

  /** Never throws, so that the request always leaves the gate. */
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

/**
 * An unreadable answer means that the server may have the command, unless it could not serve it.
 */
function mayHaveDialled(error: unknown): boolean {
  if (!(error instanceof AccoladesError)) return false;
  return error.code === 'OUTCOME_UNKNOWN' || (error.code === 'UNEXPECTED_ANSWER' && !error.retryable);
}

/** Statuses of a gateway without a complete answer: the server may have received the command. */
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

/** Returns the error for a request without a complete answer. */
function failureOf(thrown: unknown, timedOut: boolean, once: boolean, timeoutMs: number): AccoladesError {
  const error = thrown instanceof Error ? thrown : new Error(messageOf(thrown));
  const facts =
    error instanceof HttpPostError
      ? error
      : { mayHaveArrived: true, proxied: false, tooLarge: false, stalledAt: null };
  const cause = error instanceof HttpPostError && error.cause instanceof Error ? error.cause : error;
  // The proxy's address is invalid: nothing was sent.
  if (cause instanceof AccoladesError) return cause;
  if (facts.tooLarge) {
    return new AccoladesError('UNEXPECTED_ANSWER', { what: `${cause.message}.`, cause });
  }
  const stalled = facts.mayHaveArrived ? null : facts.stalledAt;
  const what = timedOut
    ? `No answer came within ${timeoutMs / 1000} seconds.${stalled === null ? '' : ` ${stalled}`}`
    : describeNetworkError(cause);
  const code = timedOut ? null : networkErrorCode(cause, facts.proxied);
  // TLS errors after the handshake occur when the server already has the command.
  const neverSent = !facts.mayHaveArrived || isRefusedInHandshake(cause);
  if (code !== null && neverSent && CONNECT_ERRORS.has(code))
    return new AccoladesError(code, { what, cause });
  if (facts.mayHaveArrived) {
    return new AccoladesError(once ? 'OUTCOME_UNKNOWN' : timedOut ? 'REQUEST_TIMEOUT' : 'UNREACHABLE', {
      what,
      cause,
    });
  }
  return new AccoladesError(timedOut ? 'CONNECT_TIMEOUT' : 'UNREACHABLE', { what, cause });
}

/** Errors of connecting, before anything is sent. */
const CONNECT_ERRORS: ReadonlySet<AccoladesErrorCode> = new Set([
  'CONNECTION_REFUSED',
  'HOST_NOT_FOUND',
  'TLS_FAILED',
  'NOT_TLS',
  'PROXY_FAILED',
  // Our own TLS options.
  'INVALID_PARAMETER',
]);

function coolingDown({ reason, own, leftMs, until }: Cooling): AccoladesError {
  return new AccoladesError('COOLING_DOWN', {
    what: `${whyCooling(reason, own)}; waiting until ${until}.`,
    until,
    retryAfterMs: leftMs,
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

/** Adds the end of the cool-down to the refusal that starts it. */
function withCooling(refused: AccoladesError, { leftMs, until }: Cooling): AccoladesError {
  return new AccoladesError(refused.code, {
    what: `${refused.what ?? ''} Nothing more is sent to this server until ${until}.`.trim(),
    until,
    retryAfterMs: leftMs,
    retryable: refused.retryable,
    ...(refused.httpStatus === null ? {} : { httpStatus: refused.httpStatus }),
  });
}
