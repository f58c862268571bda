import { expect } from 'chai';
import { REPLY_CASES, type ReplyCase } from '../../../test/contract/replies.ts';
import { at } from './values.ts';
import type { TestRuntime } from './runtime.ts';
import { startWebhook, webhookFlow } from './webhook-rig.ts';

const FALLBACK = '{"fallback":"yes"}';
const CONFIRM = { apiName: 'callNotification', event: 'confirmHangup', callId: '1608743891.1344' };

describe('The replies of accolades-reply', () => {
  let runtime: TestRuntime;

  afterEach(() => runtime.stop());

  const endpoint = ({ hangupFormat }: ReplyCase): Readonly<Record<string, unknown>> => {
    if (hangupFormat === undefined) return {};
    const { format, decisionField, dropValue, extendValue, secondsField, template, contentType } =
      hangupFormat;
    return Object.fromEntries(
      Object.entries({
        hangupFormat: format,
        hangupDecisionField: decisionField,
        hangupDropValue: dropValue,
        hangupExtendValue: extendValue,
        hangupSecondsField: secondsField,
        hangupTemplate: template,
        hangupContentType: contentType,
      }).filter(([, value]) => value !== undefined),
    );
  };

  for (const replied of REPLY_CASES) {
    const { reply, answer, name } = replied;
    it(`${reply.kind}: ${name}`, async () => {
      const given = reply.kind === 'ivr' ? reply.variables : { ...reply, kind: undefined };
      const started = await startWebhook(
        webhookFlow(
          {
            wires: [['fn']],
            receives: reply.kind === 'ivr' ? 'ivr' : 'notifications',
            replyLimitMs: '300',
            ivrFallback: FALLBACK,
            hangupFallback: 'extend',
            hangupFallbackSeconds: '7',
            ...endpoint(replied),
          },
          [
            {
              id: 'fn',
              type: 'function',
              z: 'tab',
              func: `msg.payload = ${JSON.stringify(given)}; return msg;`,
              outputs: 1,
              libs: [],
              wires: [['reply']],
            },
            {
              id: 'reply',
              type: 'accolades-reply',
              z: 'tab',
              reply: reply.kind,
              seconds: 'payload.seconds',
              secondsType: 'msg',
              wires: [],
            },
          ],
        ),
      );
      runtime = started.runtime;
      const response = await fetch(`${started.url}/accolades`, {
        method: 'POST',
        body: new URLSearchParams(reply.kind === 'ivr' ? { order: '1' } : CONFIRM),
      });
      const body = await response.text();
      expect(response.status).to.equal(200);
      if (answer === null) {
        const [caught] = await runtime.waitForMessages('caught', 1);
        expect(at(caught, 'error', 'code')).to.equal('INVALID_REPLY');
        // The request kept waiting, and the fallback answered it.
        expect(body).to.match(reply.kind === 'ivr' ? /fallback/ : /7/);
        return;
      }
      expect([response.headers.get('content-type'), body]).to.deep.equal([answer.contentType, answer.body]);
    });
  }
});
