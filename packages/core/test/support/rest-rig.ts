import { AccoladesError } from '../../src/errors.ts';
import type { HttpPost, HttpPostRequest } from '../../src/net/post.ts';
import { AccountClient, type AccountClientOptions } from '../../src/rest/client.ts';
import { RequestGate } from '../../src/rest/request-gate.ts';
import { FakeClock } from './fake-clock.ts';

export const PASSWORD = 'p&ss word-ü';
export const DIAL = { deviceId: '27', phoneNumber: '021 123 4567' };

export interface Scripted {
  readonly status?: number;
  readonly body?: string;
  readonly proxied?: boolean;
}

/** Answers what the test says, and remembers the requests. */
export class FakeServer {
  readonly requests: HttpPostRequest[] = [];
  next: (() => Promise<Scripted> | Scripted) | null = null;

  readonly post: HttpPost = async (request) => {
    this.requests.push(request);
    const { status = 200, body = '{"type":"pong"}', proxied = false } = (await this.next?.()) ?? {};
    return { status, body, proxied };
  };

  answer(status: number, body: unknown, proxied = false): void {
    this.next = () => ({ status, body: typeof body === 'string' ? body : JSON.stringify(body), proxied });
  }

  fail(error: unknown): void {
    this.next = () => {
      throw error;
    };
  }
}

export async function errorOf(promise: Promise<unknown>): Promise<AccoladesError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AccoladesError) return error;
    throw error;
  }
  throw new Error('resolved');
}

/** Clients of one fake server that share a gate. */
export class RestRig {
  readonly server = new FakeServer();
  readonly clock = new FakeClock();
  readonly gate = new RequestGate({ clock: this.clock });

  client(settings: object = {}, options: Partial<AccountClientOptions> = {}): AccountClient {
    return new AccountClient(
      { accountNumber: '1234', password: PASSWORD, url: 'https://pbx.example', ...settings },
      { post: this.server.post, clock: this.clock, gate: this.gate, ...options },
    );
  }
}
