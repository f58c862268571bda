import { isObject, objectFrom, parseJson } from '../guards.ts';
import { N8nPush } from './push.ts';

export interface N8nUser {
  email: string;
  /** At least 8 characters with a digit and a capital letter. */
  password: string;
  firstName?: string;
  lastName?: string;
}

/** n8n answered with an error. */
export class N8nApiError extends Error {
  override readonly name = 'N8nApiError';
  readonly status: number;
  /** What n8n wrote for the person at the editor. */
  readonly detail: string;
  constructor(what: string, status: number, detail: string) {
    super(`${what} answered ${status}: ${detail}`);
    this.status = status;
    this.detail = detail;
  }
}

/** How long a request may take, in milliseconds. */
const requestMs = 60_000;

/** A session of n8n's editor: its cookie, and the requests that carry it. */
export class N8nConnection {
  readonly url: string;
  #cookie = '';
  #pushRef: string | undefined;

  /** @param url Where n8n is: `N8nHost.url`. */
  constructor(url: string) {
    this.url = url.replace(/\/$/, '');
  }

  /** Creates the owner of a new n8n and logs in as them. */
  async setUpOwner(user: N8nUser): Promise<void> {
    const { email, password, firstName = 'Test', lastName = 'Owner' } = user;
    await this.call('POST', '/rest/owner/setup', { email, password, firstName, lastName });
  }

  async logIn(user: Pick<N8nUser, 'email' | 'password'>): Promise<void> {
    await this.call('POST', '/rest/login', { emailOrLdapLoginId: user.email, password: user.password });
  }

  /** `setUpOwner`, or `logIn` when this n8n has an owner already. */
  async signIn(user: N8nUser): Promise<void> {
    const settings = objectFrom(await this.call('GET', '/rest/settings'), 'settings');
    const management = isObject(settings['userManagement']) ? settings['userManagement'] : {};
    await (management['showSetupOnFirstLoad'] === true ? this.setUpOwner(user) : this.logIn(user));
  }

  /**
   * Opens the connection over which the editor learns of manual runs. Manual runs that this client
   * starts afterwards report to it. The caller closes it.
   */
  async openPush(): Promise<N8nPush> {
    const push = await N8nPush.open(this.url, this.#cookie);
    this.#pushRef = push.ref;
    return push;
  }

  /**
   * Any other request of the editor; gives the answer's `data`, or the whole answer when it has
   * none.
   */
  request(method: string, path: string, body?: unknown): Promise<unknown> {
    return this.call(method, path, body);
  }

  /** The cookie of the session, to hand it to a browser. */
  get cookie(): string {
    return this.#cookie;
  }

  /** Sends a request of the editor; gives the answer's `data`, or the whole answer without it. */
  protected async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(this.#cookie ? { Cookie: this.#cookie } : {}),
        ...(this.#pushRef ? { 'push-ref': this.#pushRef } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(requestMs),
    });
    const text = await response.text();
    const what = `${method} ${path.split('?')[0] ?? path}`;
    if (!response.ok) throw new N8nApiError(what, response.status, errorDetail(text));
    this.#keepCookie(response);
    if (text === '') return undefined;
    const answer = parseJson(text, what);
    return isObject(answer) && 'data' in answer ? answer['data'] : answer;
  }

  #keepCookie(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const pair = line.split(';')[0] ?? '';
      if (pair.startsWith('n8n-auth=')) this.#cookie = pair;
    }
  }
}

function errorDetail(text: string): string {
  try {
    const body: unknown = JSON.parse(text);
    if (isObject(body) && typeof body['message'] === 'string') return body['message'];
  } catch {
    // Not JSON: shown as it is.
  }
  return text.slice(0, 500);
}
