import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { AccoladesError } from '../../packages/core/src/errors.ts';
import { WebhookEndpoint, type Received } from '../../packages/core/src/webhook/endpoint.ts';
import type { EndpointPurpose } from '../../packages/core/src/webhook/purpose.ts';
import { PendingReplies } from '../../packages/core/src/webhook/pending-replies.ts';
import { readBody } from '../../packages/core/src/platform/node/read-body.ts';
import { confirmHangupReply, readHangupDecision } from '../../packages/core/src/webhook/hangup-reply.ts';
import { ACKNOWLEDGEMENT, ivrReply, type HttpAnswer } from '../../packages/core/src/webhook/reply.ts';
import type { EndpointRequest } from '../../packages/core/src/webhook/request.ts';
import { FakeClock } from '../../packages/core/test/support/fake-clock.ts';
import { attack, attackAsync, ATTACK_TIMEOUT_MS, casesOf, type Classes } from './support/attack.ts';
import { mutatedFrame } from './support/hostile-frames.ts';
import { bytesIn, json, mutationsOf, piece } from './support/pieces.ts';
import { checkPlain } from './support/plain.ts';

const SHARE = 0.1;
const SECRET = 'topsecret-0123456789';
const FORM = 'application/x-www-form-urlencoded';
const CALL_ID = '1608743891.1344';
const NOTIFICATION =
  `apiName=callNotification&event=answer&callId=${CALL_ID}&userId=27&userType=user&callDirection=incoming` +
  '&phoneNumber=%2B40211234567&duration=0%3A15';
const IVR = `%24_callerId=0211234567&%24_destinationNumber=101&%24_callId=${CALL_ID}&%24_dateNow=20261121&order=7`;
const FRAME = `{"type":"incomingCall","phoneNumber":"0211234567","uniqueId":"${CALL_ID}","callCenter":"yes"}`;
const CONNECTOR = JSON.stringify({
  apiName: 'connectorEvent',
  agent: { label: 'A', id: '321' },
  frame: FRAME,
});

const NAMES = [
  'apiName',
  'event',
  'callId',
  'userId',
  'callDirection',
  'phoneNumber',
  'duration',
  'agent',
  'frame',
  'reason',
  'ageMs',
  'eventId',
  '$_callerId',
  '_callId',
  'dateNow',
  '__proto__',
  'constructor',
  'secret',
  'x',
];
const KINDS = [
  'callNotification',
  'connectorEvent',
  'answer',
  'confirmHangup',
  'hangup',
  'agentConnected',
  '',
];

type Body = Pick<EndpointRequest, 'body' | 'headers'> & { readonly query?: string };

const form = (body: string | Uint8Array, type = FORM): Body => ({ body, headers: { 'content-type': type } });
const value = fc.oneof(fc.constantFrom(...KINDS), piece, json);
const fields = fc.dictionary(fc.constantFrom(...NAMES), value);
const anyCharset = fc.constantFrom('utf-8', 'iso-8859-2', 'utf-16le', 'shift_jis', '"', 'klingon', '\u0000');

/**
 * Bodies for an endpoint: forms and JSON, parsed by the host or not. `samples` are forms,
 * `jsonSamples` JSON.
 */
function bodies(samples: readonly string[], jsonSamples: readonly string[]): Classes<Body> {
  return {
    'mutated forms': { weight: 30, of: mutationsOf(...samples).map((text) => form(text)) },
    'mutated JSON': {
      weight: 20,
      of: mutationsOf(...jsonSamples).map((text) => form(text, 'application/json; charset=utf-8')),
    },
    'fields of wrong types, as JSON, as a form and as parsed by the host': {
      weight: 25,
      of: fc.tuple(fields, fc.nat(2)).map(([object, how]): Body => {
        if (how === 0) return form(JSON.stringify(object), 'application/json');
        if (how === 1)
          return { body: JSON.parse(JSON.stringify(object)) as unknown, headers: { 'content-type': FORM } };
        const pairs = Object.entries(object).map(([name, inner]): [string, string] => [
          name,
          JSON.stringify(inner),
        ]);
        return form(new URLSearchParams(pairs).toString());
      }),
    },
    'duplicate and reserved names': {
      weight: 10,
      of: fc
        .array(fc.tuple(fc.constantFrom(...NAMES), fc.oneof(fc.constantFrom(...KINDS), piece)))
        .map((pairs) => form(pairs.map(([name, text]) => `${name}=${text}`).join('&'))),
    },
    'bytes and charsets': {
      weight: 10,
      of: fc
        .tuple(bytesIn(mutationsOf(...samples)), anyCharset)
        .map(([bytes, charset]) => form(bytes, `${FORM}; charset=${charset}`)),
    },
    'queries and headers': {
      weight: 5,
      of: fc.tuple(mutationsOf(...samples), piece, piece).map(([query, type, more]) => ({
        ...form('', type),
        query,
        headers: { 'content-type': `${FORM}${type}`, 'x-forwarded-for': more, 'content-length': type },
      })),
    },
    'many and huge fields': {
      weight: 0.3,
      of: fc
        .tuple(
          fc.constantFrom('&', 'a&', 'a=1&', '%', '%2', '%00', '=', '+', 'phoneNumber=1', '[', '{"a":'),
          fc.integer({ min: 1_000, max: 60_000 }),
        )
        .map(([unit, length]) => {
          const text = unit.repeat(Math.ceil(length / unit.length));
          return form(text, unit === '[' || unit === '{"a":' ? 'application/json' : FORM);
        }),
    },
  };
}

class Rig {
  readonly clock = new FakeClock();
  readonly replies = new PendingReplies({ clock: this.clock });
  readonly endpoint: WebhookEndpoint;
  #turn = 0;

  constructor(receives: EndpointPurpose) {
    const guard = { secret: SECRET, allowedAddresses: '127.0.0.1, 203.0.113.0/24' };
    this.endpoint = new WebhookEndpoint(
      { receives, ...guard, trustedProxies: '203.0.113.7' },
      { clock: this.clock, replies: this.replies },
    );
  }

  /**
   * Sends a request with or without the secret, answers it where the flow must, and checks all
   * promises.
   */
  send(
    method: 'GET' | 'POST',
    { body, headers, query = '' }: Body,
    withSecret = ++this.#turn % 4 !== 0,
  ): Received {
    const answers: HttpAnswer[] = [];
    const received = this.endpoint.receive(
      {
        method,
        url: `/accolades/call?${query}`,
        headers,
        body,
        remoteAddress: '127.0.0.1',
        pathSecret: withSecret ? SECRET : 'topsecret-wrong',
      },
      (answer) => answers.push(answer),
    );
    if (received.kind === 'refused') {
      const { error, answer, logLine } = received;
      if (!(error instanceof AccoladesError)) throw new Error('An error of a foreign kind.');
      // A request of another purpose gets the answer that keeps a call alive.
      const isSafe = error.code === 'WRONG_PURPOSE' && answer.status === 200;
      if (!isSafe && (answer.status < 400 || answer.status > 499)) {
        throw new Error(`Refused with ${answer.status}.`);
      }
      const shown = `${error.message} ${answer.body} ${logLine}`;
      if (shown.includes(SECRET) || shown.includes('211234567'))
        throw new Error('The refusal shows what was sent.');
      return received;
    }
    if (!withSecret && !JSON.stringify([body, query]).includes('secret'))
      throw new Error('Admitted without a secret.');
    if (received.kind === 'ignored') return received;
    checkPlain(received.message);
    structuredClone(received.message);
    if (received.replyToken !== null) {
      const kind = received.type === 'ivrRequest' ? 'ivr' : 'confirmHangup';
      if (this.#turn % 3 === 0) this.endpoint.abandon(received.replyToken);
      else if (this.#turn % 3 === 1) this.clock.advance(5_000);
      else this.replies.answer(received.replyToken, kind, ACKNOWLEDGEMENT);
      if (answers.length !== (this.#turn % 3 === 0 ? 0 : 1))
        throw new Error(`Answered ${answers.length} times.`);
    } else if (received.answer === null) throw new Error('Nobody will answer.');
    if (this.replies.size !== 0 || this.clock.pending !== 0)
      throw new Error('A request is left without an answer.');
    return received;
  }

  /** @throws unless a valid request produces a message with these fields */
  valid(method: 'GET' | 'POST', body: Body, wanted: Readonly<Record<string, unknown>>): void {
    const received = this.send(method, body, true);
    if (received.kind !== 'message') throw new Error('A valid request was not taken.');
    for (const [name, expected] of Object.entries(wanted)) {
      const found: unknown = Reflect.get(received.message, name);
      if (JSON.stringify(found) !== JSON.stringify(expected)) {
        throw new Error(`A valid request was read with ${name} ${JSON.stringify(found)}.`);
      }
    }
  }
}

describe('hostile requests to an endpoint', () => {
  const cases = casesOf(SHARE);

  it(`${cases} call notifications: read or refused, and a valid one between any two is read`, async () => {
    const rig = new Rig('notifications');
    const jsonSample = JSON.stringify(Object.fromEntries(new URLSearchParams(NOTIFICATION)));
    const classes = bodies([NOTIFICATION, NOTIFICATION.replace('answer', 'confirmHangup')], [jsonSample]);
    await attack('call notifications', SHARE, classes, (body) => {
      rig.send('POST', body);
      rig.valid('POST', form(NOTIFICATION), {
        event: 'answer',
        direction: 'incoming',
        phoneNumber: '+40211234567',
        callId: CALL_ID,
        duration: 15,
      });
    });
  }).timeout(ATTACK_TIMEOUT_MS);

  it(`${cases} IVR requests, by GET and POST`, async () => {
    const rig = new Rig('ivr');
    const jsonSample = JSON.stringify(Object.fromEntries(new URLSearchParams(IVR)));
    let turn = 0;
    await attack('IVR requests', SHARE, bodies([IVR, `${IVR}&more=1`], [jsonSample]), (body) => {
      const byGet = ++turn % 2 === 0 && typeof body.body === 'string';
      if (byGet) rig.send('GET', { headers: {}, body: undefined, query: body.body });
      else rig.send('POST', body);
      const wanted = {
        event: 'ivrRequest',
        phoneNumber: '0211234567',
        callId: CALL_ID,
        date: '2026-11-21',
        variables: { order: '7' },
      };
      if (byGet) rig.valid('GET', { headers: {}, body: undefined, query: IVR }, wanted);
      else rig.valid('POST', form(IVR), wanted);
    });
  }).timeout(ATTACK_TIMEOUT_MS);

  it(`${cases} events of the browser connector`, async () => {
    const rig = new Rig('connector');
    const hostileFrame = fc
      .oneof(mutatedFrame, json)
      .map((frame) =>
        form(JSON.stringify({ apiName: 'connectorEvent', agent: { id: '1' }, frame }), 'application/json'),
      );
    const classes: Classes<Body> = {
      ...bodies([new URLSearchParams({ apiName: 'connectorEvent', frame: FRAME }).toString()], [CONNECTOR]),
      'hostile frames': { weight: 50, of: hostileFrame },
    };
    await attack('events of the connector', SHARE, classes, (body) => {
      rig.send('POST', body);
      rig.valid('POST', form(CONNECTOR, 'application/json'), {
        event: 'incomingCall',
        phoneNumber: '0211234567',
        uniqueId: CALL_ID,
      });
    });
  }).timeout(ATTACK_TIMEOUT_MS);

  it(`${cases} bodies as they come in: whole, broken off, too large, in any pieces`, async () => {
    const rig = new Rig('notifications');
    type Arrival = {
      readonly chunks: readonly Uint8Array[];
      readonly ends: 'end' | 'destroy' | 'error' | 'never';
    };
    const sample = Buffer.from(NOTIFICATION);
    const ends = fc.constantFrom<Arrival['ends'][]>('end', 'end', 'end', 'destroy', 'error', 'never');
    const classes: Classes<Arrival> = {
      'a sample cut in pieces': {
        weight: 5,
        of: fc.record({
          chunks: fc
            .array(fc.nat(sample.length), { maxLength: 8 })
            .map((cuts) => [0, ...cuts.sort((a, b) => a - b), sample.length])
            .map((cuts) => cuts.slice(1).map((to, i) => sample.subarray(cuts[i], to))),
          ends,
        }),
      },
      'bytes at random': {
        weight: 4,
        of: fc.record({ chunks: fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 }), ends }),
      },
      'more than is taken': {
        weight: 0.5,
        of: fc.record({
          chunks: fc.array(fc.constant(Buffer.alloc(17_000, 'a=1&')), { minLength: 3, maxLength: 6 }),
          ends,
        }),
      },
    };
    await attackAsync('bodies', SHARE, classes, async ({ chunks, ends: how }) => {
      const stream = new PassThrough();
      const reading = readBody(stream, 64 * 1024, rig.clock).then(
        (body) => body,
        (error: unknown) => error,
      );
      for (const chunk of chunks) stream.write(chunk);
      if (how === 'end') stream.end();
      else if (how === 'never') {
        await new Promise((resolve) => setImmediate(resolve));
        rig.clock.advance(5_000);
      } else stream.destroy(how === 'error' ? new Error('reset') : undefined);
      const body = await reading;
      stream.destroy();
      if (!Buffer.isBuffer(body)) {
        if (!(body instanceof AccoladesError)) throw new Error('An error of a foreign kind.');
        const whole = how === 'end' && chunks.reduce((sum, chunk) => sum + chunk.length, 0) <= 64 * 1024;
        if (whole || !/^BODY_(MALFORMED|TOO_LARGE|TIMEOUT)$/.test(body.code)) throw body;
      } else {
        if (!body.equals(Buffer.concat(chunks))) throw new Error('Another body than was sent.');
        rig.send('POST', form(body));
      }
      rig.valid('POST', form(NOTIFICATION), { callId: CALL_ID });
    });
  }).timeout(ATTACK_TIMEOUT_MS);

  it(`${cases} answers that a flow gives`, async () => {
    type Given = {
      readonly variables: unknown;
      readonly decision: unknown;
      readonly seconds: unknown;
      readonly text: string;
    };
    const given = (of: fc.Arbitrary<unknown>): fc.Arbitrary<Given> =>
      fc.record({
        variables: of,
        decision: fc.oneof(fc.constantFrom('drop', 'extend'), of),
        seconds: fc.oneof(fc.integer({ min: -5, max: 100_000 }), of),
        text: fc.oneof(piece, fc.constantFrom('{decision}', '{seconds}', '$&{decision}', 'text/plain')),
      });
    const pair = fc.record({
      name: fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor'), piece),
      value,
    });
    const classes: Classes<Given> = {
      anything: {
        weight: 4,
        of: given(fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true })),
      },
      'objects and lists of variables': {
        weight: 4,
        of: given(
          fc.oneof(
            fc.array(pair, { maxLength: 12 }),
            fc.dictionary(fc.constantFrom('a', 'B2', 'ș', ''), value),
          ),
        ),
      },
      'mutated JSON': {
        weight: 3,
        of: given(mutationsOf('{"status":"sent","when":3,"ok":true}', '[{"name":"a","value":1}]')),
      },
      'huge texts': {
        weight: 0.02,
        of: given(fc.integer({ min: 1_000, max: 500_000 }).map((n) => ({ a: 'x'.repeat(n) }))),
      },
    };
    const typed = (build: () => HttpAnswer): HttpAnswer | null => {
      try {
        return build();
      } catch (error) {
        if (!(error instanceof AccoladesError) || error.code !== 'INVALID_REPLY') throw error;
        return null;
      }
    };
    await attack('answers of flows', SHARE, classes, ({ variables, decision, seconds, text }) => {
      const ivr = typed(() => ivrReply(variables));
      if (ivr !== null) {
        const sent: unknown = JSON.parse(ivr.body);
        const names = Object.keys(sent ?? {});
        if (names.length > 10 || !names.every((name) => /^[A-Za-z0-9]{1,64}$/.test(name)))
          throw new Error('Beyond the limits.');
      }
      for (const format of ['json', 'form', 'template'] as const) {
        const hangup = typed(() =>
          confirmHangupReply(readHangupDecision(decision, seconds), {
            format,
            decisionField: text,
            dropValue: text,
            template: text,
            contentType: text,
          }),
        );
        if (hangup === null) continue;
        if (!/^[\x20-\x7e]+$/.test(hangup.headers['content-type'] ?? ''))
          throw new Error('A header that is none.');
      }
      expect(ivrReply({ status: 'sent' }).body).to.equal('{"status":"sent"}');
    });
  }).timeout(ATTACK_TIMEOUT_MS);
});
