import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import { isObject, objectFrom, parseJson, type JsonObject } from '../../hosts/guards.ts';
import type { N8nCredentialReference, N8nWorkflowNode } from '../../hosts/n8n/client.ts';
import { root } from '../../scripts/paths.ts';
import { FRONT_DESK, CLUSTER_START_MS, sharedCluster, type Cluster } from './cluster.ts';

const EXAMPLE = path.join(root, 'examples/n8n/caller-lookup-in-postgresql.json');

describe('The example “Caller lookup in PostgreSQL” with a real PostgreSQL', function () {
  this.timeout(3 * 60_000);
  let cluster: Cluster;
  let chat: Server;
  let workflowId: string;
  const told: string[] = [];

  before(async function () {
    this.timeout(CLUSTER_START_MS);
    cluster = await sharedCluster();
    const { client, postgresql, simulator } = cluster;
    await postgresql.sql(
      `create table contacts (name text, company text, phone text); ` +
        `insert into contacts values ('Ana Popescu', 'Example SRL', '+40211234567'), ('Ion Ionescu', null, '+40721234567')`,
    );
    chat = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
      request.on('end', () => {
        told.push(body);
        response.end('ok');
      });
    });
    await new Promise<void>((resolve) => chat.listen(0, '127.0.0.1', resolve));
    const create = async (type: string, data: JsonObject) => {
      const { id, name } = await client.createCredential({ name: type, type, data });
      return { [type]: { id, name } };
    };
    const credentials = {
      ...(await create('accoladesAgentApi', {
        idCrm: FRONT_DESK,
        url: simulator.url,
        allowUnauthorizedCerts: false,
      })),
      ...(await create('postgres', {
        host: postgresql.host,
        port: postgresql.port,
        database: postgresql.database,
        user: postgresql.user,
        password: postgresql.password,
        ssl: 'disable',
      })),
    };
    const { nodes, connections } = await readExample();
    const workflow = await client.createWorkflow({
      name: 'Caller lookup',
      connections,
      nodes: nodes.map((node) => prepared(node, credentials, portOf(chat))),
    });
    workflowId = workflow.id;
    await client.publish(workflowId);
    await cluster.sessionIsUp(FRONT_DESK);
  });

  after(async () => {
    await cluster.client.deactivate(workflowId);
    chat.closeAllConnections();
    await new Promise((resolve) => chat.close(resolve));
  });

  const tellsOf = async (phoneNumber: string): Promise<string> => {
    const count = told.length;
    cluster.simulator.placeCall({ agents: FRONT_DESK, phoneNumber });
    return waitUntil('the message', () => told[count], { deadlineMs: 30_000 });
  };

  it('names the caller when the number is in the table, in any format', async () => {
    const ana = ':telephone_receiver: Ana Popescu (Example SRL), +40 21 123 4567';
    expect(await tellsOf('0211234567')).to.equal(ana);
    expect(await tellsOf('+40211234567')).to.equal(ana);
    expect(await tellsOf('0721234567')).to.equal(':telephone_receiver: Ion Ionescu, +40 721 234 567');
  });

  it('reports an unknown caller when the number is not in the table', async () => {
    expect(await tellsOf('0311234567')).to.equal(':telephone_receiver: Unknown caller, +40 31 123 4567');
  });

  it('makes no query for an extension, and treats SQL in a number as text', async () => {
    const count = told.length;
    for (const phoneNumber of ['101', `0211234567' OR '1'='1`]) {
      cluster.simulator.placeCall({ agents: FRONT_DESK, phoneNumber });
    }
    expect(await tellsOf('0311234567')).to.match(/Unknown caller/);
    expect(told).to.have.lengthOf(count + 1);
  });
});

async function readExample(): Promise<{ nodes: N8nWorkflowNode[]; connections: JsonObject }> {
  const data = objectFrom(parseJson(await readFile(EXAMPLE, 'utf8'), EXAMPLE), EXAMPLE);
  if (!Array.isArray(data['nodes']) || !isObject(data['connections'])) throw new Error('no workflow');
  const nodes = data['nodes'].map((entry: unknown): N8nWorkflowNode => {
    const node = objectFrom(entry, 'a node');
    return {
      ...node,
      id: String(node['id']),
      name: String(node['name']),
      type: String(node['type']),
      typeVersion: Number(node['typeVersion']),
      position: [0, 0],
      parameters: objectFrom(node['parameters'], 'parameters'),
    };
  });
  return { nodes, connections: data['connections'] };
}

/**
 * Prepares a node with its credential. Slack's address cannot be set, so its requests go to the
 * stand-in.
 */
function prepared(
  node: N8nWorkflowNode,
  credentials: Record<string, N8nCredentialReference>,
  port: number,
): N8nWorkflowNode {
  const of = (type: string) => {
    const credential = credentials[type];
    if (credential === undefined) throw new Error(`no credential ${type}`);
    return { ...node, credentials: { [type]: credential } };
  };
  if (node.type.endsWith('.accoladesTrigger')) return of('accoladesAgentApi');
  if (node.type.endsWith('.postgres')) return of('postgres');
  if (!node.type.endsWith('.slack')) return node;
  const request = {
    method: 'POST',
    url: `http://127.0.0.1:${port}/`,
    sendBody: true,
    contentType: 'raw',
    rawContentType: 'text/plain',
    body: node.parameters['text'],
    options: {},
  };
  return { ...node, type: 'n8n-nodes-base.httpRequest', typeVersion: 4.2, parameters: request };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
