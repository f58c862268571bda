import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { NodeHelpers, type INode, type INodeParameters, type INodeTypeDescription } from 'n8n-workflow';
import { isObject, objectFrom, parseJson, type JsonObject } from '../../hosts/guards.ts';
import { N8nClient, type N8nCredentialReference, type N8nWorkflowInput } from '../../hosts/n8n/client.ts';
import { itemsOf } from '../../hosts/n8n/execution.ts';
import { startN8n, type N8nHost } from '../../hosts/n8n/launch.ts';
import { root } from '../../scripts/paths.ts';
import { startRestStandIn, type RestStandIn } from './rest-stand-in.ts';
import { tarball } from './tarballs.ts';
import { OWNER } from './workflows.ts';

const FOLDER = path.join(root, 'examples/n8n');
const SECRET = 'k3yB7-wq9ZpT2_xL5mNd';
const PASSWORD = 'api-P4ss!word';

interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly body: string;
}

describe('The example workflows in a real n8n', () => {
  let host: N8nHost;
  let client: N8nClient;
  let userFolder: string;
  let names: string[];
  let descriptions: Map<string, INodeTypeDescription[]>;
  let rest: RestStandIn;
  let shop: Server;
  let shopUrl: string;
  let credentials: Record<string, N8nCredentialReference>;
  const exchanges: Exchange[] = [];

  before(async function () {
    this.timeout(15 * 60_000);
    names = (await readdir(FOLDER)).filter((name) => name.endsWith('.json')).sort();
    userFolder = await mkdtemp(path.join(tmpdir(), 'accolades-n8n-'));
    rest = await startRestStandIn(PASSWORD);
    shop = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        exchanges.push({ method: request.method ?? '', url: request.url ?? '', body });
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answerOf(request.url ?? '', body)));
      });
    });
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
    const address = shop.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    shopUrl = `http://127.0.0.1:${address.port}`;
    host = await startN8n({ userFolder, packages: [await tarball('n8n')] });
    client = new N8nClient(host.url);
    await client.signIn(OWNER);
    descriptions = new Map();
    for (const { name, description } of await client.nodeTypes()) {
      descriptions.set(name, [...(descriptions.get(name) ?? []), asDescription(description)]);
    }
    const create = (type: string, data: JsonObject) => client.createCredential({ name: type, type, data });
    credentials = {
      accoladesWebhookApi: await create('accoladesWebhookApi', { secret: SECRET }),
      accoladesAccountApi: await create('accoladesAccountApi', {
        accountNumber: '12345',
        password: PASSWORD,
        url: rest.url,
      }),
      odooApi: await create('odooApi', { url: shopUrl, username: 'me', password: 'odoo-pass', db: 'crm' }),
    };
  });

  after(async () => {
    await host.stop();
    await rest.close();
    shop.closeAllConnections();
    await new Promise((resolve) => shop.close(resolve));
    await rm(userFolder, { recursive: true, force: true });
  });

  it('use parameters, resources and operations that the nodes have, and are imported whole', async () => {
    expect(names).to.have.lengthOf.at.least(10);
    for (const name of names) {
      const workflow = await read(name);
      for (const node of workflow.nodes) {
        const description = descriptions
          .get(node.type)
          ?.find(({ version }) => [version].flat().includes(node.typeVersion));
        if (description === undefined) throw new Error(`${name}: no node ${node.type} ${node.typeVersion}`);
        checkParameters(`${name}, ${node.name}`, asNode(node), description);
      }
      const nodeNames = workflow.nodes.map((node) => node.name);
      expect(targetsOf(workflow.connections), name).to.satisfy((targets: string[]) =>
        targets.every((target) => nodeNames.includes(target)),
      );
      const { id } = await client.createWorkflow(workflow);
      expect((await client.getWorkflow(id)).nodes, name).to.have.lengthOf(workflow.nodes.length);
    }
  });

  it('CRM update at hang-up: posts the call with its duration', async () => {
    const { id, url } = await publish('crm-update-at-hang-up.json');
    expect(await post(url, notification('hangup'))).to.deep.equal({ status: 200, text: 'OK' });
    await client.waitForExecutions(id, 1);
    const sent = exchanges.find((exchange) => exchange.url === '/api/calls');
    expect(parseJson(sent?.body ?? '', 'body')).to.deep.equal({
      callId: '1608743891.1344',
      direction: 'incoming',
      phone: '+40211234567',
      startedAt: '2020-12-23T17:18:11.000Z',
      durationSeconds: 75,
      user: '27',
    });
  });

  it('Order status by IVR: answers what the shop says, and “unknown” without it', async () => {
    const { url } = await publish('order-status-by-ivr.json');
    expect(await post(url, 'orderNumber=42')).to.deep.equal({
      status: 200,
      text: '{"orderStatus":"shipped"}',
    });
    expect((await post(url, 'orderNumber=7')).text).to.equal('{"orderStatus":"unknown"}');
  });

  it('Pre-paid call: extends with credit, drops without', async () => {
    const { url } = await publish('pre-paid-call.json');
    expect((await post(url, notification('confirmHangup'))).text).to.equal(
      '{"action":"extend","duration":300}',
    );
    expect((await post(url, notification('confirmHangup', '0721234567'))).text).to.equal('{"action":"drop"}');
  });

  it('Click-to-call from a web form: dials what was entered', async () => {
    const { id } = await publish('click-to-call-from-a-form.json');
    const workflow = await read('click-to-call-from-a-form.json');
    const form = new FormData();
    form.set('field-0', '27');
    form.set('field-1', '+40 21 123 4567');
    const webhookId = String(workflow.nodes.find(({ name }) => name === 'Number to call')?.['webhookId']);
    const response = await fetch(`${host.url}/form/${webhookId}`, { method: 'POST', body: form });
    expect(response.status).to.equal(200);
    const [execution] = await client.waitForExecutions(id, 1);
    const [item] = itemsOf(await client.getExecution(execution?.id ?? ''), 'Dial');
    expect(item).to.deep.include({ command: 'dial', ok: true, phoneNumber: '0211234567' });
    expect(rest.commands.at(-1)?.fields).to.include({ deviceId: '27', phoneNumber: '0211234567' });
  });

  it('Odoo: finds the contact by E.164 and logs the call', async () => {
    const { id, url } = await publish('odoo-log-calls.json');
    await post(url, notification('hangup'));
    const [execution] = await client.waitForExecutions(id, 1);
    expect(execution?.status).to.equal('success');
    const bodies = exchanges.filter((exchange) => exchange.url === '/jsonrpc').map(({ body }) => body);
    expect(bodies.some((body) => body.includes('search_read') && body.includes('+40211234567'))).to.be.true;
    expect(bodies.some((body) => body.includes('mail.message') && body.includes('75 seconds'))).to.be.true;
  });

  const publish = async (name: string): Promise<{ id: string; url: string }> => {
    const workflow = await read(name, (text) =>
      text.replaceAll(/https:\/\/(crm|shop|billing)\.example\.com/g, shopUrl),
    );
    for (const node of workflow.nodes) {
      const types = descriptions.get(node.type)?.flatMap((description) => description.credentials ?? []);
      const usable = types?.find(
        (type) => credentials[type.name] !== undefined && isUsed(node.parameters, type),
      );
      const credential = usable === undefined ? undefined : credentials[usable.name];
      if (usable !== undefined && credential !== undefined) {
        node.credentials = { [usable.name]: { id: credential.id, name: credential.name } };
      }
    }
    const { id } = await client.createWorkflow(workflow);
    await client.publish(id);
    const trigger = workflow.nodes.find(({ type }) => type.endsWith('.accoladesWebhookTrigger'));
    const hook = String(trigger?.['webhookId']);
    return { id, url: `${host.url}/webhook/${hook}/${String(trigger?.parameters['path'])}/${SECRET}` };
  };
});

/** What the shop, the billing and an Odoo answer. */
function answerOf(url: string, body: string): unknown {
  if (url.startsWith('/api/orders/')) return url.endsWith('/42') ? { status: 'shipped' } : {};
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

type Credential = NonNullable<INodeTypeDescription['credentials']>[number];

function isUsed(parameters: JsonObject, { displayOptions }: Credential): boolean {
  const show = Object.entries(displayOptions?.show ?? {});
  return show.every(([name, values]) => {
    const value = parameters[name];
    // Left out: the default, which is the path.
    return value === undefined ? name === 'secretPlace' : values?.some((allowed) => allowed === value);
  });
}

async function read(name: string, change = (text: string) => text): Promise<N8nWorkflowInput> {
  const data = objectFrom(parseJson(change(await readFile(path.join(FOLDER, name), 'utf8')), name), name);
  const { nodes, connections } = data;
  if (!Array.isArray(nodes) || !isObject(connections)) throw new Error(`${name} is no workflow`);
  return {
    name: typeof data['name'] === 'string' ? data['name'] : '',
    connections,
    nodes: nodes.map((entry: unknown) => {
      const { id, name: label, type, typeVersion, parameters, ...rest } = objectFrom(entry, name);
      if (typeof id !== 'string' || typeof label !== 'string' || typeof type !== 'string') {
        throw new Error(`${name}: a node is incomplete`);
      }
      return {
        ...rest,
        id,
        name: label,
        type,
        typeVersion: Number(typeVersion),
        position: [0, 0],
        parameters: objectFrom(parameters, name),
      };
    }),
  };
}

/** Every parameter is one that the node shows with the others, and none has a value that the node does not take. */
function checkParameters(where: string, node: INode, description: INodeTypeDescription): void {
  const { properties } = description;
  const complete = NodeHelpers.getNodeParameters(properties, node.parameters, true, false, node, description);
  expectContained(where, node.parameters, complete ?? {});
  const issues = NodeHelpers.getNodeParametersIssues(properties, node, description);
  expect(issues?.parameters ?? {}, where).to.deep.equal({});
}

function expectContained(where: string, given: unknown, known: unknown): void {
  if (Array.isArray(given)) {
    given.forEach((entry: unknown, index) => {
      expectContained(`${where}[${index}]`, entry, Array.isArray(known) ? known[index] : undefined);
    });
  } else if (isObject(given)) {
    for (const [name, value] of Object.entries(given)) {
      const inner = isObject(known) ? known[name] : undefined;
      expect(inner, `${where}: ${name} is no parameter`).not.to.equal(undefined);
      expectContained(`${where}.${name}`, value, inner);
    }
  }
}

function targetsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(targetsOf);
  if (!isObject(value)) return [];
  const { node } = value;
  return typeof node === 'string' ? [node] : Object.values(value).flatMap(targetsOf);
}

function notification(event: string, callerNumber = '0211234567'): string {
  return new URLSearchParams({
    apiName: 'callNotification',
    event,
    callId: '1608743891.1344',
    userId: '27',
    userType: 'user',
    callDirection: 'in',
    callerNumber,
    duration: '75',
  }).toString();
}

async function post(url: string, body: string): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const response = await fetch(url, { method: 'POST', body, headers });
  return { status: response.status, text: await response.text() };
}

/** What n8n's own helpers take; n8n gave it, so that its form is n8n's own. */
function asDescription(description: JsonObject): INodeTypeDescription {
  const base = { displayName: '', name: '', group: [], version: 1, description: '', defaults: {} };
  return Object.assign({ ...base, inputs: [], outputs: [], properties: [] }, description);
}

function asNode(node: N8nWorkflowInput['nodes'][number]): INode {
  const parameters: INodeParameters = {};
  Object.assign(parameters, node.parameters);
  const { id, name, type, typeVersion, position } = node;
  return { id, name, type, typeVersion, position, parameters };
}
