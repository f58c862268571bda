import { expect } from 'chai';
import type { INodeParameters } from 'n8n-workflow';
import { waitUntil } from '../../hosts/deadline.ts';
import { NodeRuntime } from '../n8n/node-runtime.ts';
import { publish, type PublishedNode } from '../n8n/publish.ts';
import { OUTCOME_CASES } from './outcomes.ts';

const NODE = 'accoladesCallEndedTrigger';
const SETTINGS = { id: 'contract' };
const PARAMETERS: INodeParameters = {
  ...{ secretPlace: 'none', events: ['callEnded', 'missedCall'] },
  ...{ waitAnswered: 0, waitUnanswered: 0 },
};
/** An endpoint must have been there for 5 s before a call that it tells as missed. */
const PRESENT_MS = 5_100;

/** The n8n trigger must tell the records of the table that the Node-RED node is tested with. */
describe('What became of calls, from the n8n call ended trigger', () => {
  let runtime: NodeRuntime;
  let node: PublishedNode;
  let told = 0;

  before(async function () {
    this.timeout(30_000);
    runtime = await NodeRuntime.load();
    node = await publish(runtime, NODE, { parameters: PARAMETERS, settings: SETTINGS });
    const end = performance.now() + PRESENT_MS;
    await waitUntil('the node to be there for 5 s', () => performance.now() >= end, { deadlineMs: 10_000 });
  });

  after(() => node.close());

  for (const { name, posts, records } of OUTCOME_CASES) {
    it(name, async () => {
      for (const fields of posts) {
        const { response } = await runtime.call(NODE, {
          ...{ parameters: PARAMETERS, settings: SETTINGS },
          body: new URLSearchParams(fields).toString(),
        });
        expect(response.statusCode).to.equal(200);
      }
      const items = (await node.waitForItems(told + records.length)).slice(told);
      told += items.length;
      expect(items).to.have.lengthOf(records.length);
      for (const [index, fields] of records.entries()) expect(items[index]).to.deep.include(fields);
    });
  }
});
