import type { ServerOptions } from '@accolades-flow/core';
import type { TransportFactory } from '../../../packages/core/src/net/transport.ts';
import { connectWebSocket } from '../../../packages/core/src/platform/node/ws-transport.ts';

/** One connection that the client opened. Times are `performance.now()`. */
export interface Line {
  readonly number: number;
  /** Null until the client has identified itself. */
  agent: string | null;
  /** When the client released it, or was notified of its end. */
  endedAt: number | null;
  /** When the PBX or the network broke it, as far as it was reported. */
  brokenAt: number | null;
  /**
   * The PBX no longer receives anything on it, but its own messages still arrive until the client
   * gives the connection up.
   */
  unheard: boolean;
  /** The last period in which data in flight was delayed. */
  slow: { readonly since: number; readonly until: number } | null;
}

/** How long ended connections are remembered, in milliseconds. */
const REMEMBERED_MS = 300_000;

/**
 * Numbers every connection, so that client and PBX can refer to the same one, and checks that no
 * agent ever has two.
 */
export class Lines {
  /** Connections opened while the client still held another one of the same agent. */
  overlaps = 0;
  #opened = 0;
  readonly #lines = new Map<number, Line>();

  get(number: number): Line | undefined {
    return this.#lines.get(number);
  }

  all(): Iterable<Line> {
    return this.#lines.values();
  }

  readonly connect: TransportFactory = (server, handlers) => {
    const line: Line = {
      number: ++this.#opened,
      agent: null,
      endedAt: null,
      brokenAt: null,
      unheard: false,
      slow: null,
    };
    this.#lines.set(line.number, line);
    const end = (): void => {
      line.endedAt ??= performance.now();
    };
    let target = handlers;
    const transport = connectWebSocket(withNumber(server, line.number), {
      onOpen: () => {
        target.onOpen();
      },
      onFrame: (frame) => {
        target.onFrame(frame);
      },
      onPong: () => {
        target.onPong();
      },
      onClosed: (error) => {
        end();
        target.onClosed(error);
      },
    });
    return {
      setHandlers: (next) => {
        target = next;
      },
      sendText: (text) => {
        line.agent ??= this.#identify(line, text);
        transport.sendText(text);
      },
      sendPing: () => {
        transport.sendPing();
      },
      beginClose: () => {
        transport.beginClose();
      },
      discard: () => {
        end();
        transport.discard();
      },
    };
  };

  /** Forgets connections that ended long ago. */
  tidy(): void {
    const now = performance.now();
    for (const [number, { endedAt }] of this.#lines) {
      if (endedAt !== null && now - endedAt > REMEMBERED_MS) this.#lines.delete(number);
    }
  }

  #identify(line: Line, text: string): string | null {
    const agent = /"idCrm":"([^"]+)"/.exec(text)?.[1] ?? null;
    if (agent === null) return null;
    for (const other of this.#lines.values()) {
      if (other !== line && other.agent === agent && other.endedAt === null) this.overlaps++;
    }
    return agent;
  }
}

function withNumber(server: ServerOptions, number: number): ServerOptions {
  return { ...server, url: `${server.url ?? ''}/?line=${number}` };
}
