import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import {
  arrayFrom,
  isObject,
  objectFrom,
  parseJson,
  stringFrom,
  type JsonObject,
} from '../../hosts/guards.ts';
import type { FlowNode } from '../../hosts/node-red/launch.ts';
import { root } from '../../scripts/paths.ts';
import { startHttpStandIn, type Exchange, type HttpStandIn } from './http-stand-in.ts';
import { NodeRedRig } from './node-red-rig.ts';
import {
  ACCOUNT,
  DEVICE,
  IDCRM,
  PASSWORD,
  restUrl,
  SECRET,
  SECRETS,
  startTelephony,
  waitForCall,
} from './telephony.ts';

const LIBRARY = '/library/examples/flows';
const MODULE = '@accolades-flow/node-red-accolades';
const SECOND = '5d0c4be912';

/**
 * All examples from the editor's import dialog, in one Node-RED. Only addresses, keys and the
 * device are filled in, as a user would. The simulator triggers them.
 */
describe('The examples in a real Node-RED', () => {
  let rig: NodeRedRig;
  let simulator: Simulator;
  let service: HttpStandIn;
  /** Monotonic, in milliseconds. */
  let deployedAt = 0;

  before(async () => {
    simulator = await startTelephony();
    simulator.addAgent({ idCrm: SECOND, name: 'Sales' });
    service = await startHttpStandIn(({ url }) =>
      url.startsWith('/contacts') ? [{ name: 'Ana', company: 'Example' }] : { ok: true },
    );
    rig = await NodeRedRig.start({ SLACK_WEBHOOK_URL: `${service.url}/slack` });
    const nodes = await Promise.all((await offered()).map(read));
    await rig.deploy(nodes.flat().map(filledIn));
    deployedAt = performance.now();
    for (const id of nodes.flat().flatMap(({ id, type }) => (type === 'accolades-call' ? [id] : []))) {
      await rig.client.waitForStatus(id, ({ fill }) => fill === 'green');
    }
  });

  after(async () => {
    await rig.stop();
    await service.close();
    await simulator.close();
  });

  beforeEach(() => {
    rig.client.debugMessages.length = 0;
    simulator.telephony.setPhone({ deviceId: DEVICE, notifications: null, maxDurationS: 0 });
  });

  afterEach(() => {
    for (const { id } of simulator.telephony.calls()) simulator.telephony.hangUp(id);
  });

  /** The names of the examples in the import dialog. */
  const offered = async (): Promise<string[]> => {
    const listed = arrayFrom(await rig.client.get(`${LIBRARY}/${MODULE}`), 'the examples');
    return listed.map((entry) => stringFrom(objectFrom(entry, 'an example')['fn'], 'its name'));
  };

  const read = async (name: string): Promise<FlowNode[]> =>
    arrayFrom(await rig.client.get(`${LIBRARY}/${MODULE}/${encodeURIComponent(name)}`), name).map((entry) => {
      const node = objectFrom(entry, `a node of ${name}`);
      return { ...node, id: stringFrom(node['id'], 'id'), type: stringFrom(node['type'], 'type') };
    });

  const filledIn = (node: FlowNode): FlowNode => {
    switch (node.type) {
      case 'accolades-agent': {
        const all = node['name'] === 'Call center';
        const idCrm = all ? `Front desk=${IDCRM}, Sales=${SECOND}` : `Front desk=${IDCRM}`;
        return { ...node, url: simulator.url, credentials: { idCrm } };
      }
      case 'accolades-account': {
        const account = { url: restUrl(simulator), accountNumber: ACCOUNT };
        return { ...node, ...account, credentials: { password: PASSWORD } };
      }
      case 'accolades-command':
        return { ...node, deviceId: DEVICE };
      case 'accolades-webhook':
        return { ...node, waitAnswered: '1', waitUnanswered: '1', credentials: { secret: SECRET } };
      case 'tab':
        return { ...node, env: arrayFrom(node['env'], 'env').map(withAddress) };
      default:
        return node;
    }
  };

  const withAddress = (entry: unknown): JsonObject => {
    const variable = objectFrom(entry, 'a variable');
    const address = { CRM_URL: `${service.url}/calls`, CONTACTS_URL: `${service.url}/contacts` };
    const value = Object.entries(address).find(([name]) => name === variable['name'])?.[1];
    return value === undefined ? variable : { ...variable, value };
  };

  const asked = (part: string): Promise<Exchange> =>
    waitUntil(
      `the service to be asked ${part}`,
      () => service.exchanges.find(({ url }) => url.startsWith(part)),
      { deadlineMs: 10_000, everyMs: 10, details: () => rig.host.output().slice(-1_000) },
    );

  const notify = (endpoint: string, maxDurationS = 0): void => {
    const url = `${rig.host.url}/accolades/${endpoint}/${SECRET}`;
    simulator.telephony.setPhone({ deviceId: DEVICE, maxDurationS, notifications: { url } });
  };

  const value = async (name: string): Promise<unknown> => {
    await waitUntil(`a message of ${name}`, () => rig.messagesOf(name).length > 0, { deadlineMs: 10_000 });
    return rig.messagesOf(name)[0];
  };

  it('are all offered, and use every node of the palette', async () => {
    const names = await offered();
    const files = await readdir(path.join(root, 'packages/node-red/examples'));
    expect(names.map((name) => `${name}.json`.replace('.json.json', '.json')).sort()).to.deep.equal(
      files.sort(),
    );
    const nodes = (await Promise.all(names.map(read))).flat();
    expect(new Set(nodes.map(({ id }) => id)).size, 'ids, so that all can be imported').to.equal(
      nodes.length,
    );
    const { flows } = await rig.client.getFlows();
    expect(flows).to.have.lengthOf(nodes.length);
    const sets = (await rig.client.nodes()).filter(({ module }) => module === MODULE);
    const used = new Set(nodes.map(({ type }) => type));
    expect(sets.flatMap(({ types }) => types).filter((type) => !used.has(type))).to.deep.equal([]);
  });

  it('Incoming calls; Caller lookup in a database; Several agents: a call from outside', async () => {
    simulator.placeCall({ agents: [IDCRM, SECOND], phoneNumber: '0211234567', callCenter: false });
    expect(await value('the call')).to.deep.include({ event: 'incomingCall', phoneNumber: '0211234567' });
    expect(await value('for Slack')).to.equal(
      ':telephone_receiver: +40 21 123 4567 is calling Front desk (direct call)',
    );
    expect(await value('caller')).to.equal('Ana');
    expect((await asked('/contacts')).url).to.include('phone=eq.%2B40211234567');
    expect(await value('incoming, once per call')).to.deep.include({ firstRing: true });
    simulator.placeCall({ agents: SECOND, direction: 'outgoing', phoneNumber: '0721234567' });
    expect(await value('outgoing')).to.deep.include({ event: 'outgoingCall', phoneNumber: '0721234567' });
    expect(rig.messagesOf('incoming, once per call')).to.have.lengthOf(1);
  });

  it('Several agents: shows the reachable agents, as agents log in and out', async () => {
    simulator.logout(SECOND);
    await waitUntil(
      'Sales to be gone',
      () => rig.messagesOf('agents').some((agents) => isObject(agents) && agents['Sales'] === false),
      { deadlineMs: 10_000 },
    );
    simulator.login(SECOND);
  });

  it('Slack alert for queue calls: one line for a call that rings, none for a direct one', async () => {
    simulator.placeCall({ agents: IDCRM, phoneNumber: '0311111111', callCenter: false });
    simulator.placeCall({ agents: IDCRM, phoneNumber: '0211234567', callCenter: true });
    const { method, body } = await asked('/slack');
    expect(method).to.equal('POST');
    expect(parseJson(body, 'body')).to.deep.equal({
      text: ':telephone_receiver: +40 21 123 4567 is in the queue',
    });
    expect(service.exchanges.filter(({ url }) => url === '/slack')).to.have.lengthOf(1);
  });

  it('CRM update at hang-up: the duration of the call', async () => {
    notify('crm');
    const { id } = simulator.telephony.startCall({ deviceId: DEVICE, phoneNumber: '0211234567' });
    simulator.telephony.answerCall(id);
    simulator.telephony.hangUp(id);
    const { body } = await asked('/calls');
    expect(parseJson(body, 'body')).to.deep.include({
      callId: id,
      number: '+40211234567',
      direction: 'incoming',
      durationSeconds: 0,
      user: DEVICE,
    });
  });

  it('Missed-call follow-up: creates a task for an unanswered call only', async () => {
    // A call is told as missed only by an endpoint that was there 5 s before it.
    await waitUntil('the endpoint to be there for 5 s', () => performance.now() >= deployedAt + 6_000, {
      deadlineMs: 10_000,
    });
    notify('missed');
    const answered = simulator.telephony.startCall({ deviceId: DEVICE, phoneNumber: '0311111111' });
    simulator.telephony.answerCall(answered.id);
    simulator.telephony.hangUp(answered.id);
    await waitForCall(simulator, 'whose end was told', ({ timeline }) =>
      timeline.some(({ text }) => text.startsWith('hangup:')),
    );
    const missed = simulator.telephony.startCall({ deviceId: DEVICE, phoneNumber: '0211234567' });
    simulator.telephony.hangUp(missed.id);
    expect(await value('to do')).to.equal('Call back +40 21 123 4567');
    expect(rig.messagesOf('to do')).to.have.lengthOf(1);
  });

  it('Pre-paid call: extended while the credit lasts, dropped without', async () => {
    notify('prepaid', 1);
    const dropped = simulator.telephony.startCall({ deviceId: DEVICE, phoneNumber: '0311111111' });
    simulator.telephony.answerCall(dropped.id);
    const over = await waitForCall(simulator, 'to be dropped', ({ state }) => state === 'ended');
    expect(over.endReason).to.equal('durationLimit');
    const extended = simulator.telephony.startCall({ deviceId: DEVICE, phoneNumber: '0211234567' });
    simulator.telephony.answerCall(extended.id);
    const { timeline } = await waitForCall(simulator, 'to be extended', (call) =>
      call.timeline.some(({ event }) => event === 'extended'),
    );
    expect(timeline.map(({ text }) => text)).to.include('By 60 s from now.');
    await waitUntil('two decisions', () => rig.messagesOf('decision').length === 2, { deadlineMs: 5_000 });
    expect(rig.messagesOf('decision')).to.deep.equal(['drop', 'extend']);
  });

  it('Order status by IVR: answers the caller with the status', async () => {
    for (const [orderNumber, status] of [
      ['00417', 'shipped'],
      ['9', 'unknown'],
    ] as const) {
      const url = `${rig.host.url}/accolades/orders/${SECRET}`;
      const { variables } = await simulator.telephony.runIvr({ url, variables: { orderNumber, status: '' } });
      expect(variables).to.deep.equal({ orderNumber, status });
    }
  });

  it('Click-to-call from a web form: rings the phone, then the number', async () => {
    const form = await (await fetch(`${rig.host.url}/call`)).text();
    expect(form).to.match(/<form method="post" action="call">/);
    const send = (phoneNumber: string) =>
      fetch(`${rig.host.url}/call`, { method: 'POST', body: new URLSearchParams({ phoneNumber }) });
    expect(await (await send('021 123 4567')).text()).to.equal(
      'Your phone rings. Answer it, and 0211234567 is called.',
    );
    const { id } = await waitForCall(simulator, 'to ring', ({ state }) => state === 'ringingDevice');
    expect(simulator.telephony.answerCall(id)).to.deep.include({
      state: 'ringingDestination',
      deviceId: DEVICE,
    });
    const refused = await send('not a number');
    expect(refused.status).to.equal(400);
    expect(simulator.telephony.accountLog(ACCOUNT)).to.have.lengthOf(1);
  });

  it('Configuration and version: returns the stored texts and the server version', async () => {
    const nodes = await read(await nameOf('Configuration and version'));
    for (const { id, type } of nodes) if (type === 'inject') await rig.client.inject(id);
    expect(await value('version')).to.equal('1.1.0');
    expect(await value('texts, read'))
      .to.have.property('account')
      .that.deep.includes({
        parsed: { format: 'json', data: { company: 'Example' }, problem: null },
      });
  });

  it('have caused no error and revealed no secret', async () => {
    expect(rig.messagesOf('why')).to.deep.equal([]);
    await rig.expectNoSecret([...SECRETS, SECOND]);
  });

  const nameOf = async (start: string): Promise<string> => {
    const name = (await offered()).find((candidate) => candidate.startsWith(start));
    if (name === undefined) throw new Error(`No example ${start}`);
    return name;
  };
});
