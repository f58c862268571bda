import { PURPOSE_EVENTS } from '@accolades-flow/core';
import { expect } from 'chai';
import { NodeRuntime } from '../n8n/node-runtime.ts';
import { CONNECTOR_FILTER_CASES } from './connector-filters.ts';

/** The n8n trigger must take the events of the table that the Node-RED node is tested with. */
describe('Events of the browser connector at the n8n webhook trigger', () => {
  let runtime: NodeRuntime;

  before(async () => {
    runtime = await NodeRuntime.load();
  });

  for (const [index, { name, settings, posts, taken }] of CONNECTOR_FILTER_CASES.entries()) {
    it(name, async () => {
      const { callSource, ...options } = settings;
      const labels: unknown[] = [];
      for (const body of posts) {
        const { result, response } = await runtime.call('accoladesWebhookTrigger', {
          method: 'POST',
          // Its memory of rings belongs to the node.
          settings: { id: `node ${index}` },
          parameters: {
            ...{ secretPlace: 'none', receives: 'connector', events: [...PURPOSE_EVENTS.connector] },
            ...(callSource === undefined ? {} : { callSource }),
            options,
          },
          body,
          headers: { 'content-type': 'application/json' },
        });
        await response.answered;
        expect(response.statusCode).to.equal(200);
        for (const { json } of result.workflowData?.flat() ?? []) {
          const agent: unknown = json['agent'];
          labels.push(typeof agent === 'object' && agent !== null && 'label' in agent ? agent.label : agent);
        }
      }
      expect(labels).to.deep.equal(taken);
    });
  }
});
