import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import fc from 'fast-check';
import { AccoladesError } from '../../packages/core/src/errors.ts';
import { nodePlatform } from '../../packages/core/src/platform/node/node-platform.ts';
import { AccountClient } from '../../packages/core/src/rest/client.ts';
import { RequestGate } from '../../packages/core/src/rest/request-gate.ts';
import { FakeClock } from '../../packages/core/test/support/fake-clock.ts';
import { attackAsync, ATTACK_TIMEOUT_MS, casesOf, type Classes } from './support/attack.ts';
import { bytesIn, json, mutationsOf, piece } from './support/pieces.ts';
import { checkPlain } from './support/plain.ts';

/** A share of all cases: over loopback each case costs two connections. */
const SHARE = 0.1;
const LOOPBACK_SHARE = 0.01;
/** The time limit of a command over loopback, in milliseconds; it ends endless answers. */
const COMMAND_MS = 300;
const PASSWORD = 'p&ss w0rd-ü';
const ENCODED = new URLSearchParams({ p: PASSWORD }).toString().slice(2);
const ACCOUNT = { accountNumber: '123456', password: PASSWORD };
const PONG = '{"type":"pong"}';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly proxied: boolean;
}

const SAMPLES = [
  PONG,
  '{"type":"ok"}',
  '{"type":"Error","message":"Unauthorized","code":401}',
  '{"type":"Error","message":"IP address rejected","code":"403.6"}',
  `{"type":"Error","message":"no ${PASSWORD} ${ENCODED} here","code":400}`,
];
const status = fc.oneof(
  { weight: 3, arbitrary: fc.constant(200) },
  { weight: 3, arbitrary: fc.constantFrom(400, 401, 403, 404, 407, 413, 500, 502, 503, 429, 204, 302) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 999 }) },
);
const secretive = fc
  .array(fc.oneof(fc.constantFrom(PASSWORD, ENCODED, ENCODED.toLowerCase(), PASSWORD.toUpperCase()), piece), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.join(''));
const answerOf = (body: fc.Arbitrary<string>): fc.Arbitrary<Answer> =>
  fc.record({ status, body, proxied: fc.boolean() });

const ANSWERS: Classes<Answer> = {
  'mutated answers': { weight: 40, of: answerOf(mutationsOf(...SAMPLES)) },
  'fields of wrong types': {
    weight: 25,
    of: answerOf(
      fc
        .record({ type: fc.oneof(fc.constantFrom('Error', 'ok', 'ERROR'), json), message: json, code: json })
        .map((o) => JSON.stringify(o)),
    ),
  },
  'answers that repeat the password': {
    weight: 20,
    of: answerOf(
      fc
        .tuple(fc.constantFrom('Error', 'ok'), secretive, json)
        .map(([type, message, more]) => JSON.stringify({ type, message, password: message, more })),
    ),
  },
  'bytes that are no text': {
    weight: 10,
    of: answerOf(bytesIn(mutationsOf(...SAMPLES)).map((bytes) => Buffer.from(bytes).toString('utf8'))),
  },
  'any text': { weight: 5, of: answerOf(fc.string({ unit: 'binary', maxLength: 300 })) },
  'deep nesting': {
    weight: 1,
    of: answerOf(fc.nat(20_000).map((depth) => `{"type":"ok","x":${'['.repeat(depth)}${']'.repeat(depth)}}`)),
  },
  'as large as is taken': {
    weight: 0.3,
    of: answerOf(
      fc
        .tuple(
          fc.constantFrom(' ', '\u200b', 'x', ' x', 'ü', '\u0000'),
          fc.integer({ min: 1_000, max: 30_000 }),
        )
        .map(([unit, times]) => JSON.stringify({ type: 'Error', message: unit.repeat(times) })),
    ),
  },
};

/** @throws unless it is a typed error without a password */
function checkError(error: unknown): void {
  if (!(error instanceof AccoladesError)) throw error;
  const shown = `${error.message} ${String(error.cause)}`.toLowerCase();
  if ([PASSWORD, ENCODED].some((form) => shown.includes(form.toLowerCase()))) {
    throw new Error('The error holds the password.');
  }
}

async function command(client: AccountClient, number: number): Promise<void> {
  try {
    const { response } =
      number % 2 === 0
        ? await client.ping()
        : await client.dial({ deviceId: '27', phoneNumber: '0211234567' });
    checkPlain(response);
    if (JSON.stringify(response).includes(PASSWORD)) throw new Error('The answer holds the password.');
  } catch (error) {
    checkError(error);
  }
}

async function validPing(client: AccountClient): Promise<void> {
  const { response } = await client.ping();
  if (JSON.stringify(response) !== PONG) throw new Error('The valid answer was read as something else.');
}

describe('hostile answers to commands', () => {
  it(`${casesOf(SHARE)} answers: typed errors without the password, and a valid answer between any two is read`, async () => {
    const clock = new FakeClock();
    let next: Answer = { status: 200, body: PONG, proxied: false };
    const client = new AccountClient(ACCOUNT, {
      clock,
      gate: new RequestGate({ clock }),
      coolDownMs: 0,
      post: () => Promise.resolve(next),
    });
    let number = 0;
    await attackAsync('answers', SHARE, ANSWERS, async (answer) => {
      next = answer;
      await command(client, number++);
      next = { status: 200, body: PONG, proxied: false };
      await validPing(client);
      if (clock.pending !== 0) throw new Error('A timer is left.');
    });
  }).timeout(ATTACK_TIMEOUT_MS);

  describe('over real HTTP', () => {
    let server: Server;
    let hostile: Response = { bytes: Buffer.alloc(0), then: 'end' };
    let isHostile = false;
    const sockets = new Set<Socket>();

    before(async () => {
      server = createServer((socket) => {
        const { bytes, then } = isHostile ? hostile : { bytes: http(PONG), then: 'end' as const };
        sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
        socket.once('data', () => {
          socket.resume();
          if (then === 'reset') socket.write(bytes, () => socket.resetAndDestroy());
          else if (then === 'end') socket.end(bytes);
          else socket.write(bytes);
        });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    });

    after(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    });

    it(`${casesOf(LOOPBACK_SHARE)} responses: each command ends in time, and the next is answered`, async () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const client = new AccountClient(
        { ...ACCOUNT, url: `http://127.0.0.1:${port}` },
        { ...nodePlatform, gate: new RequestGate(nodePlatform), coolDownMs: 0, timeoutMs: COMMAND_MS },
      );
      let number = 0;
      await attackAsync('responses over loopback', LOOPBACK_SHARE, RESPONSES, async (response) => {
        hostile = response;
        isHostile = true;
        const asked = performance.now();
        await command(client, number++);
        const took = performance.now() - asked;
        if (took > COMMAND_MS + 2_000) throw new Error(`The command ended after ${took} ms only.`);
        isHostile = false;
        await validPing(client);
      });
      for (let turn = 0; turn < 100 && sockets.size > 0; turn++)
        await new Promise((resolve) => setTimeout(resolve, 20));
      if (sockets.size > 0) throw new Error(`${sockets.size} connections are left.`);
    }).timeout(ATTACK_TIMEOUT_MS);
  });
});

interface Response {
  readonly bytes: Uint8Array;
  /** The server's next action; `stay`: none, so the command must end by its time limit. */
  readonly then: 'end' | 'reset' | 'stay';
}

function http(body: string, head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n'): Buffer {
  return Buffer.from(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

const CHUNKED = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nf\r\n${PONG}\r\n0\r\n\r\n`;
const responseOf = (bytes: fc.Arbitrary<string | Uint8Array>, stay: number): fc.Arbitrary<Response> =>
  fc.record({
    bytes: bytes.map((data) => Buffer.from(data)),
    then: fc.oneof(
      { weight: 50, arbitrary: fc.constant('end' as const) },
      { weight: 25, arbitrary: fc.constant('reset' as const) },
      { weight: stay, arbitrary: fc.constant('stay' as const) },
    ),
  });
const wellFramed = ANSWERS['mutated answers']?.of ?? answerOf(fc.constant(PONG));
const RESPONSES: Classes<Response> = {
  'mutated responses': {
    weight: 40,
    of: responseOf(
      mutationsOf(
        http(PONG).toString(),
        CHUNKED,
        'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n',
      ),
      1,
    ),
  },
  'hostile answers, well framed': {
    weight: 25,
    of: responseOf(
      wellFramed.map(({ status: code, body }) => http(body, `HTTP/1.1 ${Math.max(200, code % 600)} X\r\n`)),
      0,
    ),
  },
  'bytes at random': { weight: 10, of: responseOf(bytesIn(mutationsOf(CHUNKED)), 1) },
  'informational answers, upgrades and other odd statuses': {
    weight: 10,
    of: responseOf(
      fc
        .tuple(fc.constantFrom(100, 101, 102, 103, 199, 204, 304, 999), fc.integer({ min: 1, max: 200 }))
        .map(([code, times]) => `HTTP/1.1 ${code} X\r\n\r\n`.repeat(times) + http(PONG).toString()),
      1,
    ),
  },
  'bodies and headers without end': {
    weight: 3,
    of: responseOf(
      fc.constantFrom(
        http('x'.repeat(80_000)),
        Buffer.from(`HTTP/1.1 200 OK\r\n${'X-More: yes\r\n'.repeat(3_000)}\r\n`),
        Buffer.from(`HTTP/1.1 200 OK\r\nX-More: ${'y'.repeat(200_000)}\r\n\r\n`),
        Buffer.from(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(100_000)}`),
      ),
      1,
    ),
  },
  'a response that never comes to its end': {
    weight: 0.2,
    of: fc
      .constantFrom('', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"type":')
      .map((text) => ({ bytes: Buffer.from(text), then: 'stay' as const })),
  },
};
