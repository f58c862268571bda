import { PURPOSE_EVENTS } from '@accolades-flow/core';
import { expect } from 'chai';
import { REQUEST_CASES } from '../../../test/contract/requests.ts';
import { webhookFlow, startWebhook } from './webhook-rig.ts';
import type { Message, TestRuntime } from './runtime.ts';
import { at } from './values.ts';

describe('The messages of accolades-webhook', () => {
  let runtime: TestRuntime;
  let url: string;
  let marks = 0;

  before(async () => {
    const of = (receives: 'ivr' | 'connector', events: readonly string[]) => ({
      id: receives,
      type: 'accolades-webhook',
      z: 'tab',
      path: `/${receives}`,
      receives,
      events,
      replyLimitMs: '100',
      wires: [['out']],
    });
    const others = [of('ivr', PURPOSE_EVENTS.ivr), of('connector', PURPOSE_EVENTS.connector)];
    ({ runtime, url } = await startWebhook(
      webhookFlow({ path: '/notifications', replyLimitMs: '100' }, others),
    ));
  });

  after(() => runtime.stop());

  /** The messages that arrived before a marker request. */
  async function messagesUntilMark(): Promise<Message[]> {
    const mark = `mark-${++marks}`;
    await fetch(`${url}/notifications`, {
      method: 'POST',
      body: new URLSearchParams({ apiName: 'callNotification', event: 'answer', callId: mark }),
    });
    for (let count = 1; ; count++) {
      const messages = await runtime.waitForMessages('out', count);
      if (at(messages.at(-1)?.['payload'], 'callId') === mark) return messages.slice(0, -1);
    }
  }

  for (const { name, receives, method, query, contentType, body, status, message, waits } of REQUEST_CASES) {
    it(`${name}: status ${status}, ${message === null ? 'no message' : 'one message'}`, async () => {
      const before = runtime.messagesOf('out').length;
      const response = await fetch(`${url}/${receives}${query === undefined ? '' : `?${query}`}`, {
        method,
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
        headers: typeof contentType === 'string' ? { 'content-type': contentType } : {},
      });
      expect(response.status).to.equal(status);
      await response.text();
      const messages = (await messagesUntilMark()).slice(before);
      expect(messages).to.have.lengthOf(message === null ? 0 : 1);
      if (message === null) return;
      const payload = messages[0]?.['payload'];
      expect(payload).to.deep.include(message);
      expect(messages[0]?.['topic']).to.equal(message['event'] ?? at(payload, 'event'));
      expect(at(payload, 'receivedAt')).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      const token = at(payload, 'replyToken');
      if (waits === undefined) {
        expect(token ?? null).to.equal(null);
        expect(messages[0]).not.to.have.property('accolades');
      } else {
        expect(token).to.be.a('string');
        expect(messages[0]?.['accolades']).to.deep.equal({ replyToken: token });
      }
    });
  }
});
