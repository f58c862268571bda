import { expect } from 'chai';
import { OUTCOME_CASES } from '../../../test/contract/outcomes.ts';
import type { TestRuntime } from './runtime.ts';
import { post, startWebhook, untilPresent, webhookFlow } from './webhook-rig.ts';

/** The node must tell the records of the table that the n8n trigger is tested with. */
describe('What became of calls, from accolades-webhook', () => {
  let runtime: TestRuntime;
  let url: string;
  let told = 0;

  before(async function () {
    this.timeout(20_000);
    const waits = { waitAnswered: '0', waitUnanswered: '0' };
    ({ runtime, url } = await startWebhook(webhookFlow({ events: ['callEnded', 'missedCall'], ...waits })));
    await untilPresent();
  });

  after(() => runtime.stop());

  for (const { name, posts, records } of OUTCOME_CASES) {
    it(name, async () => {
      for (const fields of posts) expect((await post(`${url}/accolades`, fields)).status).to.equal(200);
      const messages = (await runtime.waitForMessages('out', told + records.length)).slice(told);
      told += messages.length;
      expect(messages.map(({ payload }) => payload)).to.have.lengthOf(records.length);
      for (const [index, fields] of records.entries()) {
        expect(messages[index]?.['payload']).to.deep.include(fields);
        expect(messages[index]?.['topic']).to.equal(fields['event']);
      }
    });
  }
});
