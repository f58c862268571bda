import { expect } from 'chai';
import type { N8nExecution } from '../../hosts/n8n/execution.ts';
import { itemsOf } from '../../hosts/n8n/execution.ts';
import { N8nRig, n8nNode, webhookTrigger } from './n8n-rig.ts';
import { postSteadily, quantile } from './paced-load.ts';

const SECRET = 'k3yB7-wq9ZpT2_xL5mNd';
/** More than any n8n on two cores can execute. */
const PER_SECOND = 100;
const SECONDS = 2;
const COUNT = PER_SECOND * SECONDS;
const TRIGGER = 'many';
/** A fifth of a second of requests. */
const NEIGHBOURS = PER_SECOND / 5;

describe('Many notifications at once in a real n8n', function () {
  this.timeout(300_000);
  let rig: N8nRig;
  let workflow: string;

  before(async function () {
    // The first run installs n8n.
    this.timeout(15 * 60_000);
    rig = await N8nRig.start({ N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' });
  });

  // The next attempt needs the path.
  afterEach(() => rig.client.deleteWorkflow(workflow));
  after(() => rig.stop());

  it('are all answered, and their workflows run after, each once, in the order of the requests', async () => {
    const secret = await rig.credential('accoladesWebhookApi', { secret: SECRET });
    workflow = await rig.publish(
      webhookTrigger(TRIGGER, { events: ['hangup'] }, secret),
      [n8nNode('End', 'n8n-nodes-base.noOp', 1, {})],
      [['End']],
    );
    const url = `${rig.host.url}/webhook/${TRIGGER}?secret=${SECRET}`;
    const load = await postSteadily({
      perSecond: PER_SECOND,
      seconds: SECONDS,
      request: (index) => ({ url, body: notification(index) }),
    });
    console.log(
      `      ${PER_SECOND}/s for ${SECONDS} s: p50 ${quantile(load, 0.5).toFixed(0)} ms, p99 ${quantile(load, 0.99).toFixed(0)} ms`,
    );
    expect(load.statuses).to.deep.equal({ 200: COUNT });
    const begun = await rig.client.countExecutions(workflow, ['new', 'running', 'success']);
    console.log(`      workflows begun by the last answer: ${begun ?? 'unknown'}`);
    expect(begun, 'workflows begun by the last answer').to.be.below(COUNT / 3);
    const started = (await rig.executions(workflow, COUNT)).map(callIdOf);
    const inOrder = Array.from({ length: COUNT }, (_, index) => callId(index));
    expect([...started].sort()).to.deep.equal([...inOrder].sort());
    // Within some milliseconds, n8n may reorder requests before the node sees them.
    const moved = started.map((id, place) => Math.abs(inOrder.indexOf(id) - place));
    console.log(`      out of its place by ${Math.max(...moved)} at most`);
    expect(Math.max(...moved)).to.be.at.most(NEIGHBOURS);
  });
});

const callId = (index: number): string => `1608743891.${index}`;

function callIdOf(execution: N8nExecution): string {
  return String(itemsOf(execution, TRIGGER)[0]?.['callId']);
}

function notification(index: number): string {
  return new URLSearchParams({
    apiName: 'callNotification',
    event: 'hangup',
    callId: callId(index),
    userId: '27',
    userType: 'user',
    callerNumber: '0211234567',
    duration: '75',
  }).toString();
}
