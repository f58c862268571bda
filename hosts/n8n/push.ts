import { WebSocket } from 'ws';
import { waitUntil } from '../deadline.ts';
import { isObject, optionalString, parseJson, textOf } from '../guards.ts';
import type { JsonObject } from '../guards.ts';

/**
 * A message that n8n pushes to an open editor, e.g. `executionFinished` with `data.executionId` and
 * `data.status`.
 */
export interface N8nPushMessage {
  type: string;
  data: JsonObject;
  receivedAt: number;
}

/**
 * The WebSocket over which n8n tells an open editor what happens: manual executions that were
 * started with this connection's `ref`, and activations.
 */
export class N8nPush {
  /** Names the editor session; the request header `push-ref` binds a manual run to it. */
  readonly ref: string;
  readonly messages: N8nPushMessage[] = [];
  readonly #socket: WebSocket;

  private constructor(ref: string, socket: WebSocket) {
    this.ref = ref;
    this.#socket = socket;
    socket.on('message', (data) => {
      this.#onMessage(textOf(data));
    });
    socket.on('error', () => undefined);
  }

  /** Opens the connection; `cookie` is that of a session that is logged in. */
  static async open(url: string, cookie: string): Promise<N8nPush> {
    const ref = crypto.randomUUID();
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/rest/push?pushRef=${ref}`, {
      // n8n refuses a push connection whose origin is not its own host.
      headers: { Cookie: cookie, Origin: url },
      handshakeTimeout: 10_000,
      perMessageDeflate: false,
    });
    const push = new N8nPush(ref, socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', (cause) => {
        reject(new Error(`${url}/rest/push could not be opened`, { cause }));
      });
    });
    return push;
  }

  /**
   * Waits for a message, among those that have arrived and those that will. Rejects after
   * `deadlineMs`.
   */
  waitFor(predicate: (message: N8nPushMessage) => boolean, deadlineMs = 10_000): Promise<N8nPushMessage> {
    return waitUntil('A push message of n8n', () => this.messages.find(predicate), {
      deadlineMs,
      everyMs: 10,
      giveUp: () =>
        this.#socket.readyState === WebSocket.OPEN
          ? undefined
          : new Error('The push connection to n8n is closed'),
      details: () => `Arrived: ${this.messages.map((message) => message.type).join(', ') || 'none'}`,
    });
  }

  /** Ends the connection. Idempotent. */
  close(): void {
    this.#socket.terminate();
  }

  #onMessage(text: string): void {
    // n8n sends a refusal as plain text, then closes.
    if (!text.startsWith('{')) return;
    const message = parseJson(text, 'push');
    if (!isObject(message)) return;
    const type = optionalString(message['type']);
    if (type === undefined) return;
    const data = message['data'];
    this.messages.push({ type, data: isObject(data) ? data : {}, receivedAt: Date.now() });
  }
}
