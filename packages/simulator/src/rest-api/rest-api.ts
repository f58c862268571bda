import type { AccountDirectory } from './account-directory.ts';
import { IP_REJECTED, OK, PONG, errorAnswer } from './answers.ts';
import type { RestAnswer } from './answers.ts';
import { IpBlacklist } from './ip-blacklist.ts';
import type { RestSettings } from './rest-settings.ts';

export interface RestApiOptions {
  readonly accounts: AccountDirectory;
  /** The current settings. */
  readonly settings: () => RestSettings;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Starts a call, or returns why not: the device is unknown or belongs to another account. */
  readonly dial: (accountNumber: string, deviceId: string, phoneNumber: string) => boolean;
  /** Called after every answered request. */
  readonly onRequest: () => void;
}

/** A request as it came over HTTP. */
export interface RestRequest {
  readonly ip: string;
  readonly method: string;
  /** The path and the query. */
  readonly url: string;
  readonly contentType: string | undefined;
  /** `null`: too large. */
  readonly body: string | null;
}

interface Command {
  readonly accountNumber: string;
  readonly name: string;
}

/** The accepted form of a phone number; the real rule is not published. */
const PHONE_NUMBER = /^[+*#]?[\d*#]{1,30}$/;
/**
 * Answers that count towards blocking an address: only failed authentications and invalid paths.
 * [help]
 */
const COUNTED: ReadonlySet<number> = new Set([401, 404]);
/** Answers that the account's log omits, except for a wrong password. [help] */
const UNLOGGED: ReadonlySet<number> = new Set([401, 403, 404]);

/** The commands of the REST API: `POST /<accountNumber>/<command>/`, form-encoded. */
export class RestApi {
  readonly blacklist: IpBlacklist;
  readonly #options: RestApiOptions;

  constructor(options: RestApiOptions) {
    this.#options = options;
    this.blacklist = new IpBlacklist(options.settings, options.now);
  }

  /** The current settings. */
  get settings(): RestSettings {
    return this.#options.settings();
  }

  /** Carries out a request, and writes it into the account's log. */
  answer(request: RestRequest): RestAnswer {
    const { accounts, now, onRequest } = this.#options;
    const command = readCommand(request.url);
    const answer = this.#answer(request, command);
    const { status, body } = answer;
    if (command && (!UNLOGGED.has(status) || (status === 401 && accounts.isActive(command.accountNumber)))) {
      const text = body['message'] ?? body['type'] ?? '';
      accounts.note(command.accountNumber, {
        at: now(),
        ip: request.ip,
        command: command.name.slice(0, 40),
        status,
        text,
      });
    }
    onRequest();
    return answer;
  }

  #answer(request: RestRequest, command: Command | null): RestAnswer {
    const { failWith } = this.settings;
    if (this.blacklist.isBlocked(request.ip)) return IP_REJECTED;
    if (failWith !== 0) return errorAnswer(failWith);
    const answer = this.#judge(request, command);
    if (answer.status === 200) this.blacklist.forgive(request.ip);
    else if (COUNTED.has(answer.status)) this.blacklist.countInvalid(request.ip);
    return answer;
  }

  #judge({ method, contentType, body }: RestRequest, command: Command | null): RestAnswer {
    if (body === null) return errorAnswer(413);
    if (!command) return errorAnswer(404);
    const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
    if (method !== 'POST' || type !== 'application/x-www-form-urlencoded') return errorAnswer(400);
    // Only the body counts: values of the query are ignored, as documented.
    const fields = new URLSearchParams(body);
    const { accountNumber, name } = command;
    if (!this.#options.accounts.admits(accountNumber, fields.get('password'))) return errorAnswer(401);
    switch (name) {
      case 'ping':
        return PONG;
      case 'dial': {
        const deviceId = fields.get('deviceId') ?? '';
        const phoneNumber = fields.get('phoneNumber') ?? '';
        if (!/^\d{1,20}$/.test(deviceId) || !PHONE_NUMBER.test(phoneNumber)) return errorAnswer(400);
        return this.#options.dial(accountNumber, deviceId, phoneNumber) ? OK : errorAnswer(400);
      }
      default:
        return errorAnswer(404);
    }
  }
}

/** The path `/<accountNumber>/<command>/`; the last slash may be missing. */
function readCommand(url: string): Command | null {
  const [, accountNumber, name] = /^\/(\d{1,20})\/([^/?]+)\/?(?:\?.*)?$/.exec(url) ?? [];
  return accountNumber === undefined || name === undefined ? null : { accountNumber, name };
}
