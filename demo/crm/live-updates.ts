import type { ServerResponse } from 'node:http';

/**
 * How many bytes may wait for a slow browser before its connection is closed; the page reconnects.
 */
const mostBuffered = 1024 * 1024;
/**
 * The interval of comment lines, in milliseconds, which stop proxies and browsers from closing the
 * connection.
 */
const keepAliveMs = 15_000;

/** Sends server-sent events to every open page. */
export class LiveUpdates {
  readonly #pages = new Set<ServerResponse>();
  readonly #keepAlive: NodeJS.Timeout;

  constructor() {
    this.#keepAlive = setInterval(() => {
      this.#write(': still here\n\n');
    }, keepAliveMs);
    this.#keepAlive.unref();
  }

  /** Takes over a response and keeps it open. `first` is sent first. */
  add(response: ServerResponse, first: { event: string; data: unknown }): void {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      Connection: 'keep-alive',
    });
    this.#pages.add(response);
    response.on('close', () => this.#pages.delete(response));
    response.on('error', () => this.#pages.delete(response));
    response.write(frame(first.event, first.data));
  }

  send(event: string, data: unknown): void {
    this.#write(frame(event, data));
  }

  /** Closes all connections. Idempotent. */
  close(): void {
    clearInterval(this.#keepAlive);
    for (const page of this.#pages) page.destroy();
    this.#pages.clear();
  }

  #write(text: string): void {
    for (const page of this.#pages) {
      if (page.writableLength > mostBuffered) page.destroy();
      else page.write(text);
    }
  }
}

function frame(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
