import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { plainAddress, reachableHost } from '../websocket-api/address.ts';
import type { AccountDirectory } from './account-directory.ts';
import { IP_REJECTED, OK, PONG, errorAnswer } from './answers.ts';
import type { RestAnswer } from './answers.ts';
import { IpBlacklist } from './ip-blacklist.ts';
import type { RestSettings } from './rest-settings.ts';

export interface RestApiOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** PEM texts; with them the server speaks `https:`. */
  readonly tls: { readonly key: string; readonly cert: string } | undefined;
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

interface Command {
  readonly accountNumber: string;
  readonly name: string;
}

/** The accepted form of a phone number; the real rule is not published. */
const PHONE_NUMBER = /^[+*#]?[\d*#]{1,30}$/;
const CLOSE_MS = 500;
/**
 * Answers that count towards blocking an address: only failed authentications and invalid paths.
 * [help]
 */
const COUNTED: ReadonlySet<number> = new Set([401, 404]);
/** Answers that the account's log omits, except for a wrong password. [help] */
const UNLOGGED: ReadonlySet<number> = new Set([401, 403, 404]);

/** The PBX's side of the REST API: `POST /<accountNumber>/<command>/`, form-encoded. */
export class RestApi {
  readonly blacklist: IpBlacklist;
  readonly #options: RestApiOptions;
  readonly #server: Server;
  readonly #delays = new Set<NodeJS.Timeout>();
  #port: number;

  constructor(options: RestApiOptions) {
    this.#options = options;
    this.#port = options.port;
    this.blacklist = new IpBlacklist(options.settings, options.now);
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      this.#serve(request, response).catch(() => {
        // The client has disconnected during its request.
        response.destroy();
      });
    };
    this.#server = options.tls
      ? createHttpsServer({ key: options.tls.key, cert: options.tls.cert }, onRequest)
      : createHttpServer(onRequest);
  }

  get url(): string {
    const protocol = this.#options.tls ? 'https' : 'http';
    return `${protocol}://${reachableHost(this.#options.host)}:${this.#port}`;
  }

  /** @throws the error of the listening socket, for example `EADDRINUSE` */
  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: this.#options.host, port: this.#port }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    const address = this.#server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  /** Idempotent. Requests in progress get half a second. */
  async close(): Promise<void> {
    for (const delay of this.#delays) clearTimeout(delay);
    this.#delays.clear();
    if (!this.#server.listening) return;
    const timer = setTimeout(() => {
      this.#server.closeAllConnections();
    }, CLOSE_MS);
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeIdleConnections();
      if (this.#options.settings().neverAnswer) this.#server.closeAllConnections();
    });
    clearTimeout(timer);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { settings, accounts, now, onRequest } = this.#options;
    const ip = plainAddress(request.socket.remoteAddress);
    const command = readCommand(request.url ?? '');
    const answer = await this.#answer(request, ip, command);
    const { status, body } = answer;
    if (command && (!UNLOGGED.has(status) || (status === 401 && accounts.isActive(command.accountNumber)))) {
      const text = body['message'] ?? body['type'] ?? '';
      accounts.note(command.accountNumber, {
        at: now(),
        ip,
        command: command.name.slice(0, 40),
        status,
        text,
      });
    }
    onRequest();
    const { neverAnswer, answerDelayMs } = settings();
    if (neverAnswer) return;
    if (answerDelayMs === 0) {
      send(response, answer);
      return;
    }
    const delay = setTimeout(() => {
      this.#delays.delete(delay);
      send(response, answer);
    }, answerDelayMs);
    this.#delays.add(delay);
  }

  async #answer(request: IncomingMessage, ip: string, command: Command | null): Promise<RestAnswer> {
    const { maxBodyBytes, failWith } = this.#options.settings();
    const body = await readBody(request, maxBodyBytes);
    if (this.blacklist.isBlocked(ip)) return IP_REJECTED;
    if (failWith !== 0) return errorAnswer(failWith);
    const answer = this.#judge(request, command, body);
    if (answer.status === 200) this.blacklist.forgive(ip);
    else if (COUNTED.has(answer.status)) this.blacklist.countInvalid(ip);
    return answer;
  }

  #judge(request: IncomingMessage, command: Command | null, body: string | null): RestAnswer {
    if (body === null) return errorAnswer(413);
    if (!command) return errorAnswer(404);
    const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
    if (request.method !== 'POST' || type !== 'application/x-www-form-urlencoded') return errorAnswer(400);
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

/**
 * @returns null when it is too large; the rest is read and discarded, so that the client sees the
 * answer
 */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.byteLength;
    if (size <= maxBytes) chunks.push(chunk);
    if (size > maxBytes + LARGEST_DISCARDED) break;
  }
  return size > maxBytes ? null : Buffer.concat(chunks).toString('utf8');
}

const LARGEST_DISCARDED = 16 * 1024 * 1024;

function send(response: ServerResponse, { status, body }: RestAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', connection: 'close' });
  response.end(JSON.stringify(body));
}
