import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { arrayFrom, objectFrom, parseJson, stringFrom } from '../../hosts/guards.ts';
import type { JsonObject } from '../../hosts/guards.ts';
import { N8nClient } from '../../hosts/n8n/client.ts';
import type { N8nUser, N8nWorkflowInput, N8nWorkflowNode } from '../../hosts/n8n/client.ts';
import { startN8n } from '../../hosts/n8n/launch.ts';
import type { N8nHost } from '../../hosts/n8n/launch.ts';
import { agentList } from '../agents.ts';
import { packageFolders } from '../build-if-needed.ts';
import { flowEnvironment, stopBoundMs } from '../flow-host.ts';
import type { FlowHost, FlowHostSetup } from '../flow-host.ts';
import { hostLog } from '../host-log.ts';

const credentialType = 'accoladesAgentApi';
const credentialName = 'Demo agents';

/** State for the next run, in `n8n-demo.json`. */
interface Remembered {
  password: string;
  workflowId: string;
  credentialId: string;
  serverUrl: string;
}

/**
 * Starts n8n with the community package. The first run also creates an owner, a credential and the
 * workflow.
 */
export async function startN8nFlow(setup: FlowHostSetup): Promise<FlowHost> {
  const log = hostLog(path.join(setup.folder, 'n8n.log'));
  let host: N8nHost | undefined;
  try {
    host = await startN8n({
      userFolder: path.join(setup.folder, 'n8n'),
      port: setup.port,
      packages: [packageFolders.n8n],
      // The workflow reads the addresses from the environment.
      env: { ...flowEnvironment(setup), N8N_BLOCK_ENV_ACCESS_IN_NODE: 'false' },
      onOutput: log,
      onProgress: setup.onProgress,
    });
    const running = host;
    const prepared = await prepare(running, setup);
    return {
      name: `n8n ${running.version}`,
      editorUrl: `${running.url}/workflow/${prepared.workflowId}`,
      // n8n sends `X-Frame-Options: SAMEORIGIN`, and a frame would need a login, too.
      framed: false,
      login: { email: owner.email, password: prepared.password },
      kept: prepared.kept,
      ended: running.process.exited.then(() => running.process.exitError() ?? new Error('n8n ended')),
      stop: () => running.stop(stopBoundMs),
      killNow: () => {
        running.process.killNow();
      },
    };
  } catch (error) {
    await host?.kill();
    throw error;
  }
}

const owner = { email: 'demo@accolades-flow.example', firstName: 'Demo', lastName: 'Owner' };

async function prepare(host: N8nHost, setup: FlowHostSetup): Promise<Remembered & { kept: boolean }> {
  const client = new N8nClient(host.url);
  const file = path.join(setup.folder, 'n8n-demo.json');
  const credential = {
    name: credentialName,
    type: credentialType,
    data: { idCrm: agentList(setup.agents), url: setup.serverUrl, allowUnauthorizedCerts: false },
  };
  const remembered = await recall(file);
  if (remembered) {
    await client.logIn({ email: owner.email, password: remembered.password });
    if (remembered.serverUrl !== setup.serverUrl) {
      // The simulator's port changed; an active workflow reads its credential only when published.
      await client.updateCredential(remembered.credentialId, credential);
      await client.deactivate(remembered.workflowId);
      await client.publish(remembered.workflowId);
      await remember(file, { ...remembered, serverUrl: setup.serverUrl });
    }
    return { ...remembered, kept: true };
  }
  const user: N8nUser = { ...owner, password: newPassword() };
  await client.setUpOwner(user);
  const { id: credentialId, name } = await client.createCredential(credential);
  const workflow = await readWorkflow({ [credentialType]: { id: credentialId, name } });
  const { id: workflowId } = await client.createWorkflow(workflow);
  const made = { password: user.password, workflowId, credentialId, serverUrl: setup.serverUrl };
  await remember(file, made);
  await client.publish(workflowId);
  return { ...made, kept: false };
}

async function recall(file: string): Promise<Remembered | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const content = objectFrom(parseJson(text, file), file);
  return {
    password: stringFrom(content['password'], `${file}: password`),
    workflowId: stringFrom(content['workflowId'], `${file}: workflowId`),
    credentialId: stringFrom(content['credentialId'], `${file}: credentialId`),
    serverUrl: stringFrom(content['serverUrl'], `${file}: serverUrl`),
  };
}

function remember(file: string, content: Remembered): Promise<void> {
  return writeFile(file, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
}

/** n8n requires 8 characters with a capital letter and a digit. */
function newPassword(): string {
  return `Demo-${randomBytes(6).toString('hex')}-1`;
}

/** The workflow file, with the credential added to each node that needs it. */
async function readWorkflow(
  credentials: NonNullable<N8nWorkflowNode['credentials']>,
): Promise<N8nWorkflowInput> {
  const file = path.join(import.meta.dirname, 'workflow.json');
  const content = objectFrom(parseJson(await readFile(file, 'utf8'), file), file);
  return {
    name: stringFrom(content['name'], `${file}: name`),
    nodes: arrayFrom(content['nodes'], `${file}: nodes`).map((entry) => {
      const node = nodeFrom(objectFrom(entry, `${file}: a node`));
      return node.type === 'n8n-nodes-accolades.accoladesTrigger' ? { ...node, credentials } : node;
    }),
    connections: objectFrom(content['connections'], `${file}: connections`),
    settings: objectFrom(content['settings'], `${file}: settings`),
  };
}

function nodeFrom(node: JsonObject): N8nWorkflowNode {
  const [x, y] = arrayFrom(node['position'], 'position').map(Number);
  return {
    ...node,
    id: stringFrom(node['id'], 'id'),
    name: stringFrom(node['name'], 'name'),
    type: stringFrom(node['type'], 'type'),
    typeVersion: Number(node['typeVersion']),
    position: [x ?? 0, y ?? 0],
    parameters: objectFrom(node['parameters'], 'parameters'),
    credentials: {},
  };
}
