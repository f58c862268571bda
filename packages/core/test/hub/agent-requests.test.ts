import { expect } from 'chai';
import { AccoladesError } from '../../src/errors.ts';
import { AgentRequests } from '../../src/hub/agent-requests.ts';
import { HubRig, NOTHING } from '../support/hub-rig.ts';

const SERVER = { server: { url: 'wss://pbx.example:1' } };
const AGENT = { label: 'x', idCrm: 'id-x' };
const KEEP_MS = 5_000;

describe('Requests to agents', () => {
  let rig: HubRig;
  let requests: AgentRequests;

  beforeEach(() => {
    rig = new HubRig();
    requests = new AgentRequests({ hub: rig.hub, clock: rig.clock, owner: 'node', keepMs: KEEP_MS });
  });

  /** Sends a request and lets the server answer. */
  async function send(from = requests, agent = AGENT): Promise<string> {
    const outcome = from
      .send(agent, SERVER, (subscription) => subscription.requestVersion())
      .catch((error: unknown) => (error instanceof AccoladesError ? error.code : String(error)));
    let answer: string | undefined;
    void outcome.then((given) => (answer = given));
    for (let steps = 0; answer === undefined && steps < 1_000; steps++) {
      rig.run(100, 100);
      await Promise.resolve();
      await Promise.resolve();
    }
    return answer ?? 'no outcome';
  }

  it('keeps a connection for the next request, and ends it after a while', async () => {
    expect(await send()).to.equal('1.1.0');
    rig.run(KEEP_MS - 1_000);
    expect(await send()).to.equal('1.1.0');
    expect(rig.pbx.transports.length).to.equal(1);
    rig.run(KEEP_MS - 1_000);
    expect(rig.hub.sessionCount).to.equal(1);
    rig.run(1_500);
    expect(rig.leftovers).to.deep.equal(NOTHING);
  });

  it('keeps the connection until the end where no time is given', async () => {
    const run = new AgentRequests({ hub: rig.hub, clock: rig.clock, owner: 'run' });
    await send(run);
    rig.run(60_000);
    expect(await send(run)).to.equal('1.1.0');
    expect(rig.pbx.transports.length).to.equal(1);
    run.close();
    run.close();
    expect(rig.leftovers).to.deep.equal(NOTHING);
  });

  it('answers simultaneous requests over one connection', async () => {
    expect(await Promise.all([send(), send()])).to.deep.equal(['1.1.0', '1.1.0']);
    expect(rig.pbx.transports.length).to.equal(1);
  });

  it('gives the reason of the refusal, keeps nothing, and connects again for the next request', async () => {
    rig.pbx.refused.set('id-x', 'ID_NOT_FOUND');
    expect(await send()).to.equal('ID_NOT_FOUND');
    expect(rig.leftovers).to.deep.equal(NOTHING);
    rig.pbx.refused.clear();
    expect(await send()).to.equal('1.1.0');
  });

  it('says that connecting takes too long while others connect first', async () => {
    rig = new HubRig({ connectsPerSecond: 1 });
    rig.pbx.answering = false;
    rig.subscribe(
      'live',
      Array.from({ length: 100 }, (_, at) => `a${at}`),
      SERVER,
    );
    requests = new AgentRequests({ hub: rig.hub, clock: rig.clock, owner: 'node' });
    expect(await send()).to.equal('CONNECT_TIMEOUT');
    expect(rig.hub.sessionCount).to.equal(100);
  });

  it('replaces a kept connection that is lost, without leaving the old one', async () => {
    await send();
    rig.pbx.refused.set('id-x', 'ID_NOT_FOUND');
    for (const transport of rig.pbx.live) transport.fail();
    rig.run(100, 100);
    rig.pbx.refused.clear();
    expect(await send()).to.equal('1.1.0');
    requests.close();
    expect(rig.leftovers).to.deep.equal(NOTHING);
  });

  it('shares the live session of another owner, and leaves it alone', async () => {
    rig.subscribe('live', ['x'], SERVER);
    rig.run(100, 100);
    expect(await send()).to.equal('1.1.0');
    requests.close();
    expect(rig.pbx.transports.length).to.equal(1);
    expect(rig.hub.sessionCount).to.equal(1);
  });
});
