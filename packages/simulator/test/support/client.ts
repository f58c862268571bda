import { once } from 'node:events';
import type { EventEmitter } from 'node:events';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';

const DEADLINE_MS = 3000;

/** A WebSocket client that keeps what it got until it is asked for. */
export class TestClient {
  readonly webSocket: WebSocket;
  /** Frames that `next` has not handed out yet. */
  readonly frames: { text: string; binary: boolean }[] = [];
  pongs = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(url: string, options: ClientOptions = {}) {
    this.webSocket = new WebSocket(url, options);
    this.webSocket.on('error', () => {});
    this.webSocket.on('pong', () => {
      this.pongs += 1;
    });
    this.webSocket.on('message', (data, binary) => {
      const bytes = Buffer.isBuffer(data) ? data : Buffer.alloc(0);
      this.frames.push({ text: bytes.toString('utf8'), binary });
      this.#waiting.shift()?.();
    });
  }

  static async open(url: string, options: ClientOptions = {}): Promise<TestClient> {
    const client = new TestClient(url, options);
    await within(once(client.webSocket, 'open'), 'the connection opens');
    return client;
  }

  /** Opens a connection and asks to be this agent; the answer is the next frame. */
  static async asking(url: string, idCrm: string, options: ClientOptions = {}): Promise<TestClient> {
    const client = await TestClient.open(url, options);
    client.send({ type: 'authRequest', idCrm });
    return client;
  }

  /** Opens a connection and authenticates. */
  static async authenticated(url: string, idCrm: string, options: ClientOptions = {}): Promise<TestClient> {
    const client = await TestClient.asking(url, idCrm, options);
    const answer = await client.nextMessage();
    if (!String(answer['type']).startsWith('authSucc')) throw new Error(`Refused: ${JSON.stringify(answer)}`);
    return client;
  }

  send(message: unknown): void {
    this.webSocket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  async next(): Promise<{ text: string; binary: boolean }> {
    if (this.frames.length === 0) {
      await within(
        new Promise<void>((resolve) => {
          this.#waiting.push(resolve);
        }),
        'a frame comes',
      );
    }
    const frame = this.frames.shift();
    if (!frame) throw new Error('No frame.');
    return frame;
  }

  async nextMessage(): Promise<Record<string, unknown>> {
    return readObject((await this.next()).text);
  }

  /** The close code. */
  async closed(): Promise<number> {
    if (this.webSocket.readyState === WebSocket.CLOSED) return 0;
    return Number(await within(firstOf(this.webSocket, 'close'), 'the connection closes'));
  }

  get isOpen(): boolean {
    return this.webSocket.readyState === WebSocket.OPEN;
  }
}

export function readObject(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error(`Not an object: ${text}`);
  return Object.fromEntries(Object.entries(value));
}

/** The first argument of the next event of this name. */
export async function firstOf(emitter: EventEmitter, event: string): Promise<unknown> {
  const args: unknown[] = await once(emitter, event);
  return args[0];
}

/** Waits for a promise, but not for ever. */
export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`Waited ${DEADLINE_MS} ms in vain until ${what}.`));
    }, DEADLINE_MS);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until a condition holds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Waited ${DEADLINE_MS} ms in vain until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
