import type { Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import type { Browser, BrowserContext } from 'playwright-core';
import { N8nClient, type N8nWorkflowInput } from '../../hosts/n8n/client.ts';
import { itemsOf } from '../../hosts/n8n/execution.ts';
import { startN8n, type N8nHost } from '../../hosts/n8n/launch.ts';
import { tarball } from '../hosts/tarballs.ts';
import { OWNER } from '../hosts/workflows.ts';
import {
  accountText,
  AgentWindow,
  connectorSimulator,
  CRM,
  crmContext,
  FRONT_DESK,
  SECRET,
  temporaryFolder,
} from './connector-rig.ts';
import { startBrowser } from './support/browser.ts';

const TRIGGER = 'Accolades Webhook Trigger';

describe('The browser connector in Chromium, with a workflow in n8n', () => {
  let simulator: Simulator;
  let host: N8nHost;
  let client: N8nClient;
  let browser: Browser;
  let context: BrowserContext;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let id: string;

  before(async function () {
    // The first run installs n8n.
    this.timeout(15 * 60_000);
    folder = await temporaryFolder();
    host = await startN8n({ userFolder: folder.path, packages: [await tarball('n8n')] });
    client = new N8nClient(host.url);
    await client.signIn(OWNER);
    const secret = await client.createCredential({
      name: 'Secret',
      type: 'accoladesWebhookApi',
      data: { secret: SECRET },
    });
    const workflow: N8nWorkflowInput = {
      name: 'Screen pop',
      nodes: [
        {
          id: 'trigger',
          name: TRIGGER,
          type: 'n8n-nodes-accolades.accoladesWebhookTrigger',
          typeVersion: 1.1,
          position: [0, 0],
          webhookId: 'connector',
          parameters: {
            path: 'calls',
            secretPlace: 'parameter',
            receives: 'connector',
            events: ['incomingCall', 'outgoingCall'],
            screenPop: true,
          },
          credentials: { accoladesWebhookApi: { id: secret.id, name: secret.name } },
        },
        {
          id: 'reply',
          name: 'Contact',
          type: 'n8n-nodes-accolades.accolades',
          typeVersion: 1,
          position: [220, 0],
          parameters: {
            resource: 'reply',
            operation: 'screenPop',
            popUrl: `={{ $json.phone ? "${CRM}/contacts/" + $json.phone.national.replaceAll(" ", "") : "" }}`,
            popTitle: 'Ana Pop',
          },
        },
      ],
      connections: { [TRIGGER]: { main: [[{ node: 'Contact', type: 'main', index: 0 }]] } },
      settings: { executionOrder: 'v1' },
    };
    ({ id } = await client.createWorkflow(workflow));
    await client.publish(id);
    browser = await startBrowser();
    simulator = await connectorSimulator();
    simulator.setText(FRONT_DESK, 'account', accountText(`${host.url}/webhook/calls`));
    context = await crmContext(browser);
  });

  after(async () => {
    await browser.close();
    await simulator.close();
    await host.stop();
    await folder.remove();
  });

  it('brings a call into the workflow, and the page that the workflow answers in front of the agent', async () => {
    const agent = await AgentWindow.open(context, simulator.agentPageUrl(FRONT_DESK));
    await agent.waitForText('delivery', /^Sent to/);
    const popup = context.waitForEvent('page');
    const { uniqueId } = simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567' });
    const page = await popup;
    await page.waitForURL(`${CRM}/contacts/0211234567`);
    expect(await agent.waitForText('page', /^Opened/)).to.equal('Opened: Ana Pop');
    const [execution] = await client.waitForExecutions(id, 1);
    const [item] = itemsOf(await client.getExecution(execution?.id ?? ''), TRIGGER);
    expect(item).to.deep.include({ event: 'incomingCall', uniqueId, phoneNumber: '0211234567' });
    expect(JSON.stringify(item)).not.to.contain(SECRET).and.not.to.contain(FRONT_DESK);

    // An internal extension has no page to open.
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '101' });
    await client.waitForExecutions(id, 2);
    await agent.waitForText('delivery', /^Sent to/);
    expect(context.pages()).to.have.lengthOf(2);
  });

  it('says when the workflow is not published, and delivers when it is again', async () => {
    const agent = await AgentWindow.open(context, simulator.agentPageUrl(FRONT_DESK));
    for (const other of context.pages()) if (other !== agent.page) await other.close();
    await agent.waitForText('delivery', /^Sent to/, 60_000);
    await client.deactivate(id);
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '102' });
    // n8n's answer to an unknown path is not readable across origins.
    await agent.waitForText('delivery', /(cannot be reached|No webhook node).* 1 event waits/);
    await client.publish(id);
    await agent.waitForText('delivery', /^Sent to/, 60_000);
    await client.waitForExecutions(id, 3);
  });
});
