import { expect } from 'chai';
import type { INodeParameters } from 'n8n-workflow';
import { NodeRuntime } from '../n8n/node-runtime.ts';
import { REPLY_CASES, type ReplyCase } from './replies.ts';

const FALLBACK = '{"fallback":"yes"}';
const CONFIRM = 'apiName=callNotification&event=confirmHangup&callId=1608743891.1344';

/** The n8n node must answer as the table says that the Node-RED node is tested with. */
describe('Replies of the n8n node Accolades', () => {
  let runtime: NodeRuntime;

  before(async () => {
    runtime = await NodeRuntime.load();
  });

  const ask = ({ reply }: ReplyCase) =>
    runtime.call('accoladesWebhookTrigger', {
      parameters: {
        secretPlace: 'none',
        ...(reply.kind === 'ivr'
          ? { receives: 'ivr' }
          : { receives: 'notifications', events: ['confirmHangup'] }),
        respond: 'replyNode',
        options: { replyLimit: 5, ivrFallback: FALLBACK },
      },
      body: reply.kind === 'ivr' ? 'order=1' : CONFIRM,
    });

  const parametersOf = ({ reply, hangupFormat }: ReplyCase): INodeParameters => {
    const common = { resource: 'reply', operation: reply.kind };
    if (reply.kind === 'ivr') {
      return { ...common, specifyVariables: 'json', variablesJson: JSON.stringify(reply.variables) };
    }
    const { decision, seconds } = reply;
    // As a user writes them when they come from the item; nothing checks them before.
    return {
      ...common,
      decision: `={{ ${JSON.stringify(decision)} }}`,
      ...(seconds === undefined ? {} : { seconds: `={{ ${JSON.stringify(seconds)} }}` }),
      // Without the trigger in front, as in a sub-workflow, the node's own option sets the format.
      hangupOptions: hangupFormat === undefined ? {} : { hangupFormat: { values: { ...hangupFormat } } },
    };
  };

  for (const replied of REPLY_CASES) {
    it(`${replied.reply.kind}: ${replied.name}`, async () => {
      const { result, response } = await ask(replied);
      const json = result.workflowData?.[0]?.[0]?.json ?? {};
      const { items } = await runtime.execute('accolades', {
        parameters: parametersOf(replied),
        items: [json],
        settings: { onError: 'continueRegularOutput' },
      });
      if (replied.answer === null) {
        expect(items[0]?.json).to.include({ code: 'INVALID_REPLY' });
        expect(response.headersSent).to.equal(false);
        return;
      }
      await response.answered;
      expect(items[0]?.json['error']).to.equal(undefined);
      expect(response.statusCode).to.equal(200);
      expect([response.getHeader('content-type'), response.body]).to.deep.equal([
        replied.answer.contentType,
        replied.answer.body,
      ]);
    });
  }
});
