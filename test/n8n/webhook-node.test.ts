import { expect } from 'chai';
import type { INodeParameters } from 'n8n-workflow';
import { readWebhookParameters } from '../../nodes/AccoladesWebhookTrigger/webhook-settings.ts';
import { WebhookNodes, type WebhookNode } from '../../nodes/shared/webhook/webhook-node.ts';

describe('A node of the n8n webhook trigger', () => {
  const nodes = new WebhookNodes(readWebhookParameters);
  let read: number;
  /** What n8n makes of parameters with expressions. */
  let results: INodeParameters;

  beforeEach(() => {
    read = 0;
    results = {};
  });

  const nodeOf = (id: string, parameters: INodeParameters, mode: 'webhook' | 'manual' = 'webhook') => {
    return nodes.of({
      getMode: () => mode,
      getWorkflow: () => ({ id: 'w', name: 'w', active: true }),
      getNode: () => ({ id, name: id, type: 't', typeVersion: 1.1, position: [0, 0], parameters }),
      getNodeParameter(name, fallback, options) {
        read++;
        const evaluates = options?.rawExpressions !== true;
        return (evaluates ? results[name] : undefined) ?? parameters[name] ?? fallback;
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

  // Older n8n evaluates expressions in fields that take none.
  for (const nothing of ['', ' ', null]) {
    it(`refuses an expression that gives ${JSON.stringify(nothing)} as addresses, instead of allowing all`, () => {
      results = { options: { allowedAddresses: nothing } };
      const expression: INodeParameters = {
        ...settings,
        options: { allowedAddresses: '={{ $env.PBX_ADDRESS }}' },
      };
      expect(() => nodeOf('addresses', expression)).to.throw(
        'Correct the expression in Allowed Addresses, which gives nothing, or clear the field to accept requests from every address.',
      );
      expect(() => nodeOf('addresses', { ...settings, options: { allowedAddresses: '' } })).not.to.throw();
    });
  }
});
