import { expect } from 'chai';
import type { INodeParameters } from 'n8n-workflow';
import { webhookNodeOf, type WebhookNode } from '../../nodes/AccoladesWebhookTrigger/webhook-node.ts';

describe('A node of the n8n webhook trigger', () => {
  let read: number;

  beforeEach(() => {
    read = 0;
  });

  const nodeOf = (id: string, parameters: INodeParameters, mode: 'webhook' | 'manual' = 'webhook') => {
    return webhookNodeOf({
      getMode: () => mode,
      getWorkflow: () => ({ id: 'w', name: 'w', active: true }),
      getNode: () => ({ id, name: id, type: 't', typeVersion: 1.1, position: [0, 0], parameters }),
      getNodeParameter(name, fallback) {
        read++;
        return parameters[name] ?? fallback;
      },
    });
  };
  const settings: INodeParameters = { events: ['hangup'], options: { replyLimit: 3 } };
  const changed: INodeParameters = { ...settings, events: ['answer'] };

  it('has one endpoint for all requests of a version of its workflow', () => {
    const first = nodeOf('one', settings).endpoint('secret-a');
    const reads = read;
    expect(nodeOf('one', structuredClone(settings)).endpoint('secret-a')).to.equal(first);
    expect(read).to.equal(reads);
    expect(nodeOf('one', changed).endpoint('secret-a').events).to.deep.equal(['answer']);
    expect(nodeOf('two', settings).endpoint('secret-a')).not.to.equal(first);
  });

  it('has another endpoint once its secret was changed', () => {
    const node = nodeOf('secret', settings);
    expect(node.endpoint('secret-b')).not.to.equal(node.endpoint('secret-a'));
  });

  it('in a test does not replace the published one', () => {
    const published: WebhookNode = nodeOf('tested', settings);
    expect(nodeOf('tested', changed, 'manual')).not.to.equal(published);
    expect(nodeOf('tested', settings)).to.equal(published);
  });

  it('is read at each request when a parameter is an expression', () => {
    const expression: INodeParameters = { ...settings, country: '={{ $env.COUNTRY }}' };
    expect(nodeOf('expression', expression)).not.to.equal(nodeOf('expression', expression));
  });
});
