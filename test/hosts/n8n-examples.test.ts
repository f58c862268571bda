import { readdir } from 'node:fs/promises';
import type { CallLife, Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import { objectFrom, parseJson, type JsonObject } from '../../hosts/guards.ts';
import type { N8nCredentialReference } from '../../hosts/n8n/client.ts';
import { itemsOf } from '../../hosts/n8n/execution.ts';
import { startHttpStandIn, type Exchange, type HttpStandIn } from './http-stand-in.ts';
import { startInternetStandIn, type InternetStandIn, type ServiceExchange } from './internet-stand-in.ts';
import { EXAMPLES, NodeDescriptions, readExample, targetsOf } from './n8n-example.ts';
import { N8nRig } from './n8n-rig.ts';
import { expectNoSecret } from './secrets.ts';
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

const SERVICES = ['slack.com', 'api.hubapi.com', 'api.pipedrive.com'];

/**
 * Imports the examples into a real n8n unchanged, except for credentials and the addresses of
 * made-up services. The simulated PBX triggers them. Slack, HubSpot and Pipedrive, whose addresses
 * cannot be set in their nodes, are replaced behind a proxy.
 */
describe('The example workflows in a real n8n', () => {
  let rig: N8nRig;
  let simulator: Simulator;
  let shop: HttpStandIn;
  let internet: InternetStandIn;
  let names: string[];
  let descriptions: NodeDescriptions;
  let credentials: ReadonlyMap<string, N8nCredentialReference>;

  before(async function () {
    this.timeout(15 * 60_000);
    names = (await readdir(EXAMPLES)).filter((name) => name.endsWith('.json')).sort();
    simulator = await startTelephony();
    shop = await startHttpStandIn(answerOfShop);
    internet = await startInternetStandIn(SERVICES, answerOfService);
    rig = await N8nRig.start(internet.env);
    descriptions = new NodeDescriptions(await rig.client.nodeTypes());
    const data: Readonly<Record<string, JsonObject>> = {
      accoladesWebhookApi: { secret: SECRET },
      accoladesAgentApi: { idCrm: `Front desk=${IDCRM}`, url: simulator.url },
      accoladesAccountApi: { accountNumber: ACCOUNT, password: PASSWORD, url: restUrl(simulator) },
      odooApi: { url: shop.url, username: 'me', password: 'odoo-pass', db: 'crm' },
      slackApi: { accessToken: 'xoxb-slack-token' },
      hubspotAppToken: { appToken: 'hubspot-token' },
      pipedriveApi: { apiToken: 'pipedrive-token' },
    };
    const created = Object.entries(data).map(
      async ([type, fields]): Promise<[string, N8nCredentialReference]> => [
        type,
        await rig.credential(type, fields),
      ],
    );
    credentials = new Map(await Promise.all(created));
  });

  after(async () => {
    await rig.stop();
    await Promise.all([simulator.close(), shop.close(), internet.close()]);
  });

  /**
   * Imports a workflow, gives each node the credential it needs, and publishes it.
   * @returns the id and the endpoint, if it has one
   */
  const publish = async (
    name: string,
    addresses = /https:\/\/(crm|shop|billing)\.example\.com/g,
  ): Promise<{ id: string; url: string }> => {
    const workflow = await readExample(name, (text) => text.replaceAll(addresses, shop.url));
    for (const node of workflow.nodes) {
      const type = descriptions.credentialTypeOf(node);
      const credential = type === null ? undefined : credentials.get(type);
      if (type === null) continue;
      if (credential === undefined) throw new Error(`${name}: there is no credential ${type}`);
      node.credentials = { [type]: { id: credential.id, name: credential.name } };
    }
    const { id } = await rig.client.createWorkflow(workflow);
    await rig.client.publish(id);
    const trigger = workflow.nodes.find(({ type }) => type.endsWith('.accoladesWebhookTrigger'));
    const path = `${String(trigger?.['webhookId'])}/${String(trigger?.parameters['path'])}`;
    return { id, url: `${rig.host.url}/webhook/${path}/${SECRET}` };
  };

  /** A call of the agent's phone, whose notifications go to an endpoint. */
  const call = (url: string, phoneNumber: string, maxDurationS = 0): CallLife => {
    simulator.telephony.setPhone({ deviceId: DEVICE, maxDurationS, notifications: { url } });
    return simulator.telephony.startCall({ deviceId: DEVICE, phoneNumber });
  };

  /** A call that was answered and has ended. */
  const pastCall = (url: string, phoneNumber: string): CallLife => {
    const { id } = call(url, phoneNumber);
    simulator.telephony.answerCall(id);
    return simulator.telephony.hangUp(id);
  };

  const sent = (host: string, path: string): Promise<ServiceExchange> =>
    waitUntil(
      `${host} to be sent ${path}`,
      () => internet.exchanges.find((exchange) => exchange.host === host && exchange.url.startsWith(path)),
      { deadlineMs: 30_000, details: () => rig.host.output().slice(-1_500) },
    );

  it('use parameters, resources and operations that the nodes have, and are imported whole', async () => {
    expect(names).to.have.lengthOf.at.least(10);
    for (const name of names) {
      const workflow = await readExample(name);
      for (const node of workflow.nodes) descriptions.check(`${name}, ${node.name}`, node);
      const nodeNames = workflow.nodes.map((node) => node.name);
      expect(targetsOf(workflow.connections), name).to.satisfy((targets: string[]) =>
        targets.every((target) => nodeNames.includes(target)),
      );
      const { id } = await rig.client.createWorkflow(workflow);
      expect((await rig.client.getWorkflow(id)).nodes, name).to.have.lengthOf(workflow.nodes.length);
    }
  });

  it('CRM update at hang-up: posts the call with its duration', async () => {
    const { id, url } = await publish('crm-update-at-hang-up.json');
    const { id: callId } = pastCall(url, '0211234567');
    await rig.executions(id, 1);
    const { body = '' } = shop.exchanges.find((exchange) => exchange.url === '/api/calls') ?? {};
    expect(parseJson(body, 'body')).to.deep.include({
      callId,
      direction: 'incoming',
      phone: '+40211234567',
      durationSeconds: 0,
      user: DEVICE,
    });
  });

  it('Order status by IVR: answers with the shop’s status, and “unknown” without the shop', async () => {
    const { url } = await publish('order-status-by-ivr.json');
    for (const [orderNumber, orderStatus] of [
      ['42', 'shipped'],
      ['7', 'unknown'],
    ] as const) {
      const run = await simulator.telephony.runIvr({ url, variables: { orderNumber, orderStatus: '' } });
      expect(run.variables).to.deep.equal({ orderNumber, orderStatus });
    }
  });

  it('Screen pop: answers the connector with the contact that the CRM finds, and with nothing without it', async () => {
    const { url } = await publish('screen-pop.json', /https:\/\/crm\.example\.com(?=\/api)/g);
    for (const [phoneNumber, answer] of [
      [
        '0211234567',
        { received: true, screenPop: { url: 'https://crm.example.com/contacts/5', title: 'Ana' } },
      ],
      ['101', { received: true }],
    ] as const) {
      const frame = JSON.stringify({ type: 'incomingCall', phoneNumber, uniqueId: '1608743891.1' });
      const response = await fetch(url.replace(/\/[^/]+\/[^/]+\/[^/]+$/, '/accolades-calls'), {
        method: 'POST',
        body: new URLSearchParams({ apiName: 'connectorEvent', agent: '{}', secret: SECRET, frame }),
      });
      expect(await response.json()).to.deep.equal(answer);
    }
  });

  it('Pre-paid call: extends with credit, drops without', async () => {
    const { url } = await publish('pre-paid-call.json');
    for (const [phoneNumber, text] of [
      ['0211234567', 'By 300 s from now.'],
      ['0721234567', 'The longest duration was reached.'],
    ] as const) {
      const { id } = call(url, phoneNumber, 1);
      simulator.telephony.answerCall(id);
      const { timeline } = await waitForCall(simulator, `to be decided: ${text}`, (now) =>
        now.timeline.some(({ event }) => event === 'extended' || event === 'ended'),
      );
      expect(timeline.map((entry) => entry.text)).to.include(text);
      simulator.telephony.hangUp(id);
    }
  });

  it('Click-to-call from a web form: dials the entered number', async () => {
    const { id } = await publish('click-to-call-from-a-form.json');
    const workflow = await readExample('click-to-call-from-a-form.json');
    const form = new FormData();
    form.set('field-0', DEVICE);
    form.set('field-1', '+40 21 123 4567');
    const webhookId = String(workflow.nodes.find(({ name }) => name === 'Number to call')?.['webhookId']);
    const response = await fetch(`${rig.host.url}/form/${webhookId}`, { method: 'POST', body: form });
    expect(response.status).to.equal(200);
    const ringing = await waitForCall(simulator, 'to ring', ({ state }) => state === 'ringingDevice');
    expect(ringing).to.include({ direction: 'outgoing', deviceId: DEVICE, phoneNumber: '0211234567' });
    simulator.telephony.hangUp(ringing.id);
    const [execution] = await rig.executions(id, 1);
    const [item] = execution === undefined ? [] : itemsOf(execution, 'Dial');
    expect(item).to.deep.include({ command: 'dial', ok: true, phoneNumber: '0211234567' });
  });

  it('Slack alert for queue calls: posts a queue call to Slack, but not a direct call', async () => {
    const { id } = await publish('slack-alert-for-queue-calls.json');
    await waitUntil('the session', () => simulator.sessions().length === 1, { deadlineMs: 10_000 });
    simulator.placeCall({ agents: IDCRM, phoneNumber: '0311111111', callCenter: false });
    simulator.placeCall({ agents: IDCRM, phoneNumber: '0211234567', callCenter: true });
    const { body, authorization } = await sent('slack.com', '/api/chat.postMessage');
    expect(authorization).to.equal('Bearer xoxb-slack-token');
    expect(objectFrom(parseJson(body, 'body'), 'body')).to.include({
      text: ':telephone_receiver: +40 21 123 4567 is waiting in the queue (Front desk)',
    });
    expect((await rig.executions(id, 1)).map(({ status }) => status)).to.deep.equal(['success']);
    await rig.client.deactivate(id);
  });

  it('Missed-call follow-up: asks in Slack for a call back after an unanswered call', async () => {
    const { id, url } = await publish('missed-call-follow-up.json');
    const before = internet.exchanges.length;
    const answered = call(url, '0311111111');
    simulator.telephony.answerCall(answered.id);
    await rig.executions(id, 1);
    simulator.telephony.hangUp(answered.id);
    await rig.executions(id, 2);
    expect(internet.exchanges).to.have.lengthOf(before);
    simulator.telephony.hangUp(call(url, '0211234567').id);
    await rig.executions(id, 3);
    expect(internet.exchanges).to.have.lengthOf(before + 1);
    expect(objectFrom(parseJson(internet.exchanges[before]?.body ?? '', 'body'), 'body')['text']).to.equal(
      ':telephone_receiver: Missed call from +40 21 123 4567. Please call back.',
    );
  });

  it('HubSpot: finds the contact by E.164 and logs the call at it', async () => {
    const { id, url } = await publish('hubspot-log-calls.json');
    const { id: callId } = pastCall(url, '0211234567');
    const search = await sent('api.hubapi.com', '/crm/v3/objects/contacts/search');
    expect(search.body).to.include('"value":"+40211234567"').and.include('"propertyName":"phone"');
    const { body } = await sent('api.hubapi.com', '/engagements/v1/engagements');
    const engagement = objectFrom(parseJson(body, 'body'), 'body');
    expect(engagement['engagement']).to.deep.include({ type: 'CALL' });
    expect(engagement['associations']).to.deep.include({ contactIds: ['501'] });
    expect(engagement['metadata']).to.deep.include({ fromNumber: '+40211234567', status: 'COMPLETED' });
    expect(body).to.include(callId);
    expect((await rig.executions(id, 1))[0]?.status).to.equal('success');
  });

  it('Pipedrive: finds the person by E.164 and logs the call at it', async () => {
    const { id, url } = await publish('pipedrive-log-calls.json');
    const { id: callId } = pastCall(url, '0211234567');
    const search = await sent('api.pipedrive.com', '/v1/persons/search');
    expect(new URL(search.url, 'https://x').searchParams.get('term')).to.equal('+40211234567');
    const { body } = await sent('api.pipedrive.com', '/v1/activities');
    expect(objectFrom(parseJson(body, 'body'), 'body')).to.deep.include({
      subject: 'Call +40 21 123 4567',
      person_id: 601,
      type: 'call',
    });
    expect(body).to.include(callId);
    expect((await rig.executions(id, 1))[0]?.status).to.equal('success');
  });

  it('Odoo: finds the contact by E.164 and logs the call', async () => {
    const { id, url } = await publish('odoo-log-calls.json');
    pastCall(url, '0211234567');
    expect((await rig.executions(id, 1))[0]?.status).to.equal('success');
    const bodies = shop.exchanges.filter((exchange) => exchange.url === '/jsonrpc').map(({ body }) => body);
    expect(bodies.some((body) => body.includes('search_read') && body.includes('+40211234567'))).to.be.true;
    expect(bodies.some((body) => body.includes('mail.message') && body.includes('0 seconds'))).to.be.true;
  });

  it('keep every secret out of the output', () => {
    expectNoSecret('the output', rig.host.output(), SECRETS);
  });
});

/** The answers of the shop, the billing and an Odoo. */
function answerOfShop({ url, body }: Exchange): unknown {
  if (url.startsWith('/api/orders/')) return url.endsWith('/42') ? { status: 'shipped' } : {};
  if (url.startsWith('/api/contacts')) return url.includes('40211234567') ? { id: 5, name: 'Ana' } : {};
  if (url.startsWith('/api/balance')) return { credit: url.includes('40211234567') ? 12.5 : 0 };
  if (url === '/jsonrpc') {
    const result = body.includes('"login"')
      ? 7
      : body.includes('search_read')
        ? [{ id: 5, name: 'Ana', phone: '+40211234567' }]
        : 99;
    return { jsonrpc: '2.0', id: 1, result };
  }
  return { ok: true };
}

/** The services' answers, as far as n8n's nodes read them. */
function answerOfService({ host, url }: Exchange & { readonly host: string }): unknown {
  switch (host) {
    case 'slack.com':
      return { ok: true, channel: 'C1', ts: '1608743891.1', message: { text: '' } };
    case 'api.hubapi.com':
      return url.includes('/search')
        ? { total: 1, results: [{ id: '501', properties: { phone: '+40211234567' } }] }
        : { engagement: { id: 9 } };
    case 'api.pipedrive.com':
      return url.includes('/search')
        ? { success: true, data: { items: [{ result_score: 1, item: { id: 601, name: 'Ana' } }] } }
        : { success: true, data: { id: 7 } };
    default:
      return {};
  }
}
