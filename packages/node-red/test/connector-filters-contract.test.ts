import { PURPOSE_EVENTS } from '@accolades-flow/core';
import { expect } from 'chai';
import { CONNECTOR_FILTER_CASES } from '../../../test/contract/connector-filters.ts';
import type { TestRuntime } from './runtime.ts';
import { at } from './values.ts';
import { startWebhook } from './webhook-rig.ts';

/** The node must take the events of the table that the n8n trigger is tested with. */
describe('Events of the browser connector at accolades-webhook', () => {
  let runtime: TestRuntime;
  let url: string;

  before(async () => {
    ({ runtime, url } = await startWebhook([
      { id: 'tab', type: 'tab', label: 'Test' },
      ...CONNECTOR_FILTER_CASES.flatMap(({ settings }, index) => [
        {
          ...{ id: `hook${index}`, type: 'accolades-webhook', z: 'tab', path: `/case/${index}` },
          ...{ receives: 'connector', events: PURPOSE_EVENTS.connector },
          ...settings,
          wires: [[`out${index}`]],
        },
        { id: `out${index}`, type: 'collector', z: 'tab', wires: [] },
      ]),
    ]));
  });

  after(() => runtime.stop());

  for (const [index, { name, posts, taken }] of CONNECTOR_FILTER_CASES.entries()) {
    it(name, async () => {
      const mark = JSON.stringify({
        ...{ apiName: 'connectorEvent', agent: { label: 'mark' }, event: 'agentDisconnected' },
      });
      for (const body of [...posts, mark]) {
        const headers = { 'content-type': 'application/json' };
        const response = await fetch(`${url}/case/${index}`, { method: 'POST', body, headers });
        expect(response.status).to.equal(200);
      }
      const messages = await runtime.waitForMessages(`out${index}`, taken.length + 1);
      const labels = messages.map(({ payload }) => at(payload, 'agent', 'label'));
      expect(labels).to.deep.equal([...taken, 'mark']);
    });
  }
});
