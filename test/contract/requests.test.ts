import { PURPOSE_EVENTS } from '@accolades-flow/core';
import { expect } from 'chai';
import type { IDataObject } from 'n8n-workflow';
import { NodeRuntime, type WebhookOutcome } from '../n8n/node-runtime.ts';
import type { RequestCase } from './request-parts.ts';
import { REQUEST_CASES } from './requests.ts';

/** The n8n trigger must produce the messages of the table that the Node-RED node is tested with. */
describe('Requests to the n8n webhook trigger', () => {
  let runtime: NodeRuntime;

  before(async () => {
    runtime = await NodeRuntime.load();
  });

  const send = ({ receives, method, query, contentType, body }: RequestCase): Promise<WebhookOutcome> =>
    runtime.call('accoladesWebhookTrigger', {
      method,
      parameters: {
        secretPlace: 'none',
        receives,
        events: PURPOSE_EVENTS[receives].filter((event) => event !== 'callEnded' && event !== 'missedCall'),
        options: { replyLimit: 0.1 },
      },
      ...(query === undefined ? {} : { query: `?${query}` }),
      body: body ?? '',
      headers: { 'content-type': contentType ?? '' },
    });

  for (const request of REQUEST_CASES) {
    it(request.name, async () => {
      const { result, response } = await send(request);
      await response.answered;
      expect(response.statusCode).to.equal(request.status);
      const message: IDataObject | undefined = result.workflowData?.[0]?.[0]?.json;
      if (request.message === null) {
        expect(message).to.equal(undefined);
        return;
      }
      expect(message).to.deep.include(request.message);
      if (request.waits === undefined) expect(message?.['replyToken'] ?? null).to.equal(null);
      else expect(message?.['replyToken']).to.be.a('string').with.length.above(20);
    });
  }
});
