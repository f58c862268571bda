import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { waitUntil } from '../deadline.ts';
import { N8nApiError, N8nClient, N8nPublicationError } from '../n8n/client.ts';
import type { N8nCredential, N8nWorkflowInput } from '../n8n/client.ts';
import { itemsOf } from '../n8n/execution.ts';
import { startN8n } from '../n8n/launch.ts';
import type { N8nHost } from '../n8n/launch.ts';
import type { N8nPush } from '../n8n/push.ts';
import { freePort } from '../ports.ts';
import { writeDummyN8nPackage } from './dummy-n8n-package.ts';

const owner = { email: 'owner@example.com', password: 'Passw0rd1' };

/** The commands of the live processes of a process group. */
function commandsOfGroup(group: number): string[] {
  const lines = execFileSync('ps', ['-eo', 'pgid=,stat=,args='], { encoding: 'utf8' }).split('\n');
  // Z: a zombie.
  return lines.filter((line) => line.trim().startsWith(`${group} `) && !/^\s*\d+ Z/.test(line));
}

function groupToEnd(group: number): Promise<boolean> {
  return waitUntil('the process group to end', () => commandsOfGroup(group).length === 0, {
    deadlineMs: 5_000,
    details: () => commandsOfGroup(group).join('\n'),
  });
}

describe('n8n host', function () {
  this.timeout(15 * 60_000);
  let folder: string;
  let userFolder: string;
  let host: N8nHost;
  /** Cleanup steps, run even when the setup failed. */
  const ends: (() => void | Promise<void>)[] = [];
  let client: N8nClient;
  let push: N8nPush;
  let credential: N8nCredential;
  let port: number;

  /** Asks the dummy trigger's own server for an item; `undefined` when the trigger is not there. */
  const trigger = (word: string): Promise<string | undefined> =>
    fetch(`http://127.0.0.1:${port}/${word}`, { signal: AbortSignal.timeout(5_000) }).then(
      (response) => response.text(),
      () => undefined,
    );

  const workflow = (parameters: { fail?: boolean; expression?: string } = {}): N8nWorkflowInput => ({
    name: 'Dummy flow',
    nodes: [
      {
        id: 'trigger-1',
        name: 'Dummy Trigger',
        type: 'n8n-nodes-dummy.dummyTrigger',
        typeVersion: 1,
        position: [0, 0],
        parameters: { port, fail: parameters.fail ?? false },
        credentials: { dummyApi: { id: credential.id, name: credential.name } },
      },
      {
        id: 'code-1',
        name: 'Code',
        type: 'n8n-nodes-base.code',
        typeVersion: 2,
        position: [200, 0],
        parameters: {
          jsCode: `return $input.all().map((item) => ({ json: { ${parameters.expression ?? 'saw: item.json.path'} } }));`,
        },
      },
    ],
    connections: { 'Dummy Trigger': { main: [[{ node: 'Code', type: 'main', index: 0 }]] } },
  });

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'host-n8n-'));
    userFolder = path.join(folder, 'user');
    port = await freePort();
    host = await startN8n({
      userFolder,
      packages: [await writeDummyN8nPackage(folder)],
      onProgress: (line) => {
        console.log(`      ${line}`);
      },
    });
    ends.push(() => host.stop());
    client = new N8nClient(host.url);
    await client.signIn(owner);
    push = await client.openPush();
    ends.push(() => {
      push.close();
    });
  });

  after(async () => {
    for (const end of ends.reverse()) await end();
    await rm(folder, { recursive: true, force: true });
  });

  it('loads the community package', async () => {
    const types = await client.nodeTypes();
    expect(types.map((type) => type.name)).to.include('n8n-nodes-dummy.dummyTrigger');
    expect((await client.credentialTypes()).map((type) => type.name)).to.include('dummyApi');
  });

  it('creates, tests and updates a credential', async () => {
    credential = await client.createCredential({ name: 'Dummy', type: 'dummyApi', data: { token: 'wrong' } });
    const { id, type } = credential;
    expect(await client.testCredential({ id, type })).to.deep.equal({
      status: 'Error',
      message: 'The token is wrong',
    });
    await client.updateCredential(id, { name: 'Dummy', type, data: { token: 'right' } });
    expect(await client.testCredential({ id, type })).to.deep.equal({
      status: 'OK',
      message: 'The token is right',
    });
    expect(await client.testCredential({ type, data: { token: 'right' } })).to.include({ status: 'OK' });
    expect(JSON.stringify(await client.credentialData(id))).to.not.include('right');
  });

  it('publishes, reads executions, keeps what is published when the draft changes, and unpublishes', async () => {
    const { id } = await client.createWorkflow(workflow());
    expect(await trigger('early')).to.equal(undefined);
    const publication = await client.publish(id);
    expect(publication.triggers).to.deep.equal([
      { nodeId: 'trigger-1', status: 'activated', errorMessage: undefined },
    ]);
    expect(await trigger('one')).to.equal('emitted');
    const [first] = await client.waitForExecutions(id, 1);
    const execution = await client.getExecution(first?.id ?? '');
    expect(execution).to.include({ status: 'success', mode: 'trigger', workflowId: id });
    expect(itemsOf(execution, 'Dummy Trigger')).to.deep.equal([
      { path: '/one', mode: 'trigger', token: 'right' },
    ]);
    expect(itemsOf(execution, 'Code')).to.deep.equal([{ saw: '/one' }]);

    const draft = await client.updateWorkflow(id, workflow({ expression: 'changed: item.json.path' }));
    expect(draft.versionId).to.not.equal(draft.activeVersionId);
    await trigger('two');
    const second = (await client.waitForExecutions(id, 2)).at(-1);
    expect(itemsOf(await client.getExecution(second?.id ?? ''), 'Code')).to.deep.equal([{ saw: '/two' }]);
    await client.publish(id);
    await trigger('three');
    const third = (await client.waitForExecutions(id, 3)).at(-1);
    expect(itemsOf(await client.getExecution(third?.id ?? ''), 'Code')).to.deep.equal([
      { changed: '/three' },
    ]);

    await client.deactivate(id);
    expect(await trigger('late')).to.equal(undefined);
    await client.deleteWorkflow(id);
  });

  /** n8n closes a trigger after it has reported the end of the execution. */
  const untilClosed = (): Promise<unknown> =>
    waitUntil('the trigger to close', async () => (await trigger('after')) === undefined, {
      deadlineMs: 20_000,
    });

  it('listens for one test event, and stops listening', async () => {
    const { id } = await client.createWorkflow(workflow());
    const run = await client.runManual(id, { trigger: 'Dummy Trigger' });
    const executionId = run.executionId ?? '';
    expect(run.waitingForWebhook).to.equal(false);
    await waitUntil('the trigger to listen', () => trigger('test'), { deadlineMs: 10_000 });
    const end = await push.waitFor(
      (message) => message.type === 'executionFinished' && message.data['executionId'] === executionId,
    );
    expect(end.data).to.include({ status: 'success', workflowId: id });
    const execution = await client.waitForExecution(executionId);
    expect(execution.mode).to.equal('manual');
    expect(itemsOf(execution, 'Code')).to.deep.equal([{ saw: '/test' }]);
    await untilClosed();

    const stopped = await client.runManual(id, { trigger: 'Dummy Trigger' });
    await client.stopManual(stopped);
    expect(await client.waitForExecution(stopped.executionId ?? '')).to.include({ status: 'canceled' });
    await untilClosed();
  });

  it('waits for a call of a test webhook', async () => {
    const hook = {
      id: 'hook-1',
      name: 'Webhook',
      type: 'n8n-nodes-base.webhook',
      typeVersion: 2,
      position: [0, 0] satisfies [number, number],
      parameters: { path: 'dummy-hook', httpMethod: 'POST' },
      webhookId: '7a4a5d3f-9a49-4f1a-8f5c-1c62e3c1b001',
    };
    const { id } = await client.createWorkflow({ name: 'Hook', nodes: [hook], connections: {} });
    expect(await client.runManual(id, { trigger: 'Webhook' })).to.include({ waitingForWebhook: true });
    const call = () => fetch(`${host.url}/webhook-test/dummy-hook`, { method: 'POST', body: '' });
    expect((await call()).status).to.equal(200);
    await push.waitFor(
      (message) => message.type === 'executionFinished' && message.data['workflowId'] === id,
    );
    const waiting = await client.runManual(id, { trigger: 'Webhook' });
    await client.stopManual(waiting);
    await waitUntil('the test webhook to go', async () => (await call()).status === 404, {
      deadlineMs: 20_000,
    });
  });

  it('says why a workflow could not be published', async () => {
    const { id } = await client.createWorkflow(workflow({ fail: true }));
    const failure: unknown = await client.publish(id).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(N8nPublicationError);
    expect(String(failure)).to.include('This dummy was told to fail');
    await client.deleteWorkflow(id);
    const withoutTrigger = { ...workflow(), nodes: workflow().nodes.slice(1), connections: {} };
    const refused = await client.createWorkflow(withoutTrigger);
    const refusal: unknown = await client.publish(refused.id).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(N8nApiError);
    expect(String(refusal)).to.match(/trigger/i);
  });

  it('starts again with its workflows after a crash, and leaves no process behind', async () => {
    const { id } = await client.createWorkflow(workflow());
    await client.publish(id);
    const group = host.pid;
    expect(commandsOfGroup(group).some((line) => line.includes('task-runner'))).to.equal(true);
    await host.kill();
    await groupToEnd(group);

    host = await startN8n({ userFolder });
    client = new N8nClient(host.url);
    await client.logIn(owner);
    await waitUntil('the workflow to be live again', () => trigger('again'), { deadlineMs: 15_000 });
    const [execution] = await client.waitForExecutions(id, 1);
    expect(execution).to.include({ status: 'success' });
    await host.stop();
    await groupToEnd(host.pid);
    expect(host.process.exit).to.deep.equal({ code: 0, signal: null });
  });
});
