import { expect } from 'chai';
import { itemsOf } from '../../hosts/n8n/execution.ts';
import { accolades, N8nRig, n8nNode, wireTo } from './n8n-rig.ts';

const CONTACTS = [
  { id: 1, name: 'Ana Pop', phone: '721234567' },
  { id: 2, name: 'Shop', telefon: '021/123.45.67' },
  { id: 3, name: 'Clerk', mobile: '0722 222 222; 021 123 4567' },
];

describe('Find contact in a real n8n', () => {
  let rig: N8nRig;

  before(async function () {
    // The first run installs n8n.
    this.timeout(15 * 60_000);
    rig = await N8nRig.start();
  });

  after(() => rig.stop());

  it('takes contacts from its second input, and has an output for each result', async () => {
    const webhook = {
      ...n8nNode('Webhook', 'n8n-nodes-base.webhook', 2, { path: 'calls', httpMethod: 'POST' }),
      webhookId: 'hook-calls',
    };
    const people = n8nNode('People', 'n8n-nodes-base.code', 2, {
      jsCode: `return ${JSON.stringify(CONTACTS)}.map((json) => ({ json }))`,
    });
    const contact = accolades('Contact', {
      resource: 'phoneNumber',
      operation: 'findContact',
      phoneNumber: '={{ $json.body.phoneNumber }}',
    });
    const ends = ['Found', 'Several', 'Nobody'].map((name) => n8nNode(name, 'n8n-nodes-base.noOp', 1, {}));
    const workflow = await rig.publish(webhook, [people, contact, ...ends], [['People', 'Contact']], {
      People: { main: [[{ ...wireTo('Contact'), index: 1 }]] },
      Contact: { main: ends.map(({ name }) => [wireTo(name)]) },
    });
    const numbers = ['+40 721 234 567', '0211234567', '0729999999'];
    for (const phoneNumber of numbers) {
      const response = await fetch(`${rig.host.url}/webhook/calls`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ phoneNumber }),
      });
      expect(response.status).to.equal(200);
    }
    const executions = await rig.executions(workflow, numbers.length);
    expect(executions.map(({ status }) => status)).to.deep.equal(['success', 'success', 'success']);
    const found = (name: string) =>
      executions.flatMap((execution) =>
        itemsOf(execution, name).map(({ match, contact: one, contacts }) => ({
          match,
          contact: one,
          contacts,
        })),
      );
    const [ana, ...others] = CONTACTS;
    expect(found('Found')).to.deep.equal([{ match: 'exact', contact: ana, contacts: [ana] }]);
    expect(found('Several')).to.deep.equal([{ match: 'exact', contact: null, contacts: others }]);
    expect(found('Nobody')).to.deep.equal([{ match: null, contact: null, contacts: [] }]);
  });
});
