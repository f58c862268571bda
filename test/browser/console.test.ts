import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSimulator, DEMO_ACCOUNT, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { waitUntil } from '../../hosts/deadline.ts';
import { newPage, startBrowser } from './support/browser.ts';
import { picture } from './support/pictures.ts';

/** A minimal connector that shows the number of each call. */
const CONNECTOR = `<!doctype html><p id="calls">waiting</p><script>
  const asked = new URLSearchParams(location.search);
  const socket = new WebSocket('ws://' + asked.get('serverFqdn') + ':' + asked.get('serverPort'));
  socket.onopen = () => socket.send(JSON.stringify({ type: 'authRequest', idCrm: asked.get('agentId') }));
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    const text = message.type === 'incomingCall' ? message.phoneNumber : message.type;
    document.querySelector('#calls').textContent = text;
  };
</script>`;

describe('the console in a browser', () => {
  let browser: Browser;
  let folder: string;
  let simulator: Simulator;
  let page: Page;
  let endpoint: http.Server | undefined;
  const pageErrors: string[] = [];

  before(async () => {
    browser = await startBrowser();
  });

  after(() => browser.close());

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'accolades-console-'));
    await writeFile(path.join(folder, 'index.html'), CONNECTOR);
    simulator = await createSimulator({
      console: {},
      rest: {},
      connector: { location: folder },
      accounts: [DEMO_ACCOUNT],
      agents: [
        { idCrm: '2f61a0c9de', name: 'Front desk', phone: { id: '27', data: '' } },
        { idCrm: '8b0e44d7a1', name: 'Sales', phone: { id: '28', data: '' } },
      ],
      // Calls are answered by hand, because automatic answers would depend on the clock.
      callSettings: { deviceAnswerMs: null, destinationAnswerMs: null },
    });
    pageErrors.length = 0;
    page = await newPage(browser, { width: 1440, height: 900 });
    page.on('pageerror', (error) => pageErrors.push(error.message));
    await page.goto(simulator.consoleUrl ?? '');
    await page.getByRole('button', { name: 'Front desk', exact: true }).waitFor();
  });

  afterEach(async function () {
    const title = this.currentTest?.title ?? '';
    await picture(
      page,
      `${this.currentTest?.state === 'failed' ? 'failed-' : ''}console-${title.replaceAll(' ', '-')}`,
    );
    await page.context().close();
    await simulator.close();
    endpoint?.closeAllConnections();
    endpoint?.close();
    endpoint = undefined;
    await rm(folder, { recursive: true, force: true });
    expect(pageErrors).to.deep.equal([]);
  });

  const openTab = (name: string): Promise<void> => page.getByRole('tab', { name }).click();

  /** The events in the timeline of the selected call. */
  const timeline = (): Promise<string[]> => page.locator('#life-timeline b').allInnerTexts();

  const timelineEndsWith = (...events: string[]): Promise<true> => {
    let last: string[] = [];
    return waitUntil<true>(
      `the timeline to end with ${events.join(', ')}`,
      async () => {
        last = await timeline();
        return last.slice(-events.length).join() === events.join();
      },
      { deadlineMs: 10_000, details: () => last.join(', ') },
    );
  };

  /** Starts an endpoint. @returns its address */
  const listen = (answer: (body: string) => string): Promise<string> => {
    const server = http.createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => response.end(answer(body)));
    });
    endpoint = server;
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        const port = typeof address === 'object' && address !== null ? address.port : 0;
        resolve(`http://127.0.0.1:${port}/endpoint`);
      });
    });
  };

  it('places a call by click and shows its timeline to the end', async () => {
    await page.locator('#life-form [name=phoneNumber]').fill('0268123456');
    await page.locator('#life-form').getByRole('button', { name: 'Start' }).click();
    await timelineEndsWith('Started', 'Device rings');
    const answer = page.getByRole('button', { name: 'Answer', exact: true });
    await answer.click();
    await timelineEndsWith('Device answered', 'Other party rings', 'Agent’s client told');
    await answer.click();
    await timelineEndsWith('Answered');
    expect(await answer.isEnabled()).to.equal(false);
    await page.getByRole('button', { name: 'Hang up' }).click();
    await timelineEndsWith('Ended');
    expect(await page.locator('#life-list').innerText())
      .to.include('0268123456')
      .and.to.include('ended');
  });

  it('rings a queue, transfers the call, and shows what each phone did and posted', async () => {
    const posted: string[] = [];
    const url = await listen((body) => {
      const fields = new URLSearchParams(body);
      posted.push(`${fields.get('userId') ?? ''} ${fields.get('event') ?? ''}`);
      return 'OK';
    });
    for (const deviceId of ['27', '28']) simulator.telephony.setPhone({ deviceId, notifications: { url } });
    await page.locator('#life-form [name=kind]').selectOption('ringAll');
    await page.locator('#life-form').getByRole('button', { name: 'Start' }).click();
    await timelineEndsWith('Device rings', 'Device rings', 'Agent’s client told', 'Agent’s client told');
    await page.locator('#life-leg').selectOption('28');
    await page.getByRole('button', { name: 'Answer', exact: true }).click();
    await timelineEndsWith(
      'Stopped ringing',
      'Notification',
      'Endpoint answered',
      'Notification',
      'Endpoint answered',
    );
    expect(posted).to.deep.equal(['28 answer', '27 hangup']);
    expect(await page.locator('#life-timeline').innerText()).to.match(/Stopped ringing\s+27 \(Front desk\)/);
    await page.getByRole('button', { name: 'Transfer at once' }).click();
    await timelineEndsWith('Agent’s client told', 'Notification', 'Endpoint answered');
    await page.getByRole('button', { name: 'Answer', exact: true }).click();
    await timelineEndsWith('Answered', 'Notification', 'Endpoint answered');
    await page.getByRole('button', { name: 'Hang up' }).click();
    await timelineEndsWith('Ended', 'Notification', 'Endpoint answered');
    expect(posted.slice(2)).to.deep.equal(['28 hangup', '27 answer', '27 hangup']);
    const lanes = await page.locator('#life-lanes li').allInnerTexts();
    const name = (text: string): string => text.replaceAll(/\d+(\.\d)? s/g, 'N s').replaceAll('\n', ' ');
    expect(lanes.map(name)).to.deep.equal([
      '27, Front desk rang N s',
      '28, Sales rang N s, talked N s',
      '27, Front desk rang N s, talked N s',
    ]);
  });

  it('hunts, asks a colleague first, and calls again', async () => {
    const answer = page.getByRole('button', { name: 'Answer', exact: true });
    await page.locator('#life-form [name=kind]').selectOption('hunt');
    await page.locator('#life-form [name=order]').fill('27, 27, 28');
    await page.locator('#life-form').getByRole('button', { name: 'Start' }).click();
    await timelineEndsWith('Device rings', 'Agent’s client told');
    await page.getByRole('button', { name: 'Refuse' }).click();
    await timelineEndsWith('Stopped ringing', 'Device rings', 'Agent’s client told');
    await answer.click();
    await timelineEndsWith('Answered');
    await page.getByRole('button', { name: 'Ask first' }).click();
    await timelineEndsWith('Transfer', 'Device rings', 'Agent’s client told');
    const handOver = page.getByRole('button', { name: 'Hand over' });
    expect(await handOver.isEnabled()).to.equal(false);
    await answer.click();
    await timelineEndsWith('Device answered');
    await handOver.click();
    await timelineEndsWith('Handed over');
    await page.getByRole('button', { name: 'Hang up' }).click();
    await timelineEndsWith('Ended');
    await page.getByRole('button', { name: 'Redial' }).click();
    await timelineEndsWith('Started', 'Device rings', 'Agent’s client told');
    expect(simulator.telephony.calls().map(({ state }) => state)).to.deep.equal(['ringingDevice', 'ended']);
  });

  it('sends a dial command over REST and shows its result', async () => {
    await openTab('REST API');
    await page.getByRole('button', { name: 'Copy dial as curl' }).click();
    const command = await waitUntil(
      'the command in the clipboard',
      async () => String(await page.evaluate('navigator.clipboard.readText()')) || undefined,
      { deadlineMs: 10_000 },
    );
    const [, address = ''] = /(http:\S+)$/.exec(command) ?? [];
    const fields = [...command.matchAll(/--data-urlencode '(\w+)=([^']*)'/g)];
    const body = new URLSearchParams(
      Object.fromEntries(fields.map(([, name = '', value = '']) => [name, value] as const)),
    );
    const answer = await fetch(address, { method: 'POST', body });
    expect(await answer.json()).to.deep.equal({ type: 'ok' });
    await page.locator('#account-log', { hasText: '100200 dial' }).waitFor();
    expect(await page.locator('#account-log').innerText()).to.include('200');
    await openTab('Lives of calls');
    await timelineEndsWith('Started', 'Device rings');
    expect(await page.locator('#life-list').innerText()).to.include('phone 27');
  });

  it('runs an IVR step and shows the variables after it', async () => {
    const asked: string[] = [];
    const url = await listen((body) => {
      asked.push(body);
      return '{"status":"shipped"}';
    });
    await openTab('IVR trial');
    await page.locator('#ivr-form [name=url]').fill(url);
    await page.getByRole('button', { name: 'Run the step' }).click();
    await page.locator('#ivr-variables', { hasText: 'shipped' }).waitFor();
    expect(asked.join('')).to.include('order=4711');
    expect(await page.locator('#ivr-result').innerText()).to.match(/^Status 200\. After \d+ ms\.$/);
    expect(await page.locator('#ivr-variables').innerText()).to.match(/from answer\s+status\s+shipped/);
  });

  it('opens an agent’s page, whose connector receives a call placed by click', async () => {
    const opened = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'Page of Front desk' }).click();
    const agentPage = await opened;
    const calls = agentPage.frameLocator('#connector').locator('#calls');
    await agentPage
      .frameLocator('#connector')
      .getByText(/^authSucces/)
      .waitFor();
    await page.getByRole('button', { name: 'Place call' }).click();
    await page.locator('#call-result', { hasText: 'was told to the agent’s client' }).waitFor();
    await calls.getByText('0211234567').waitFor();
    await page.locator('#recent-calls', { hasText: 'Front desk' }).waitFor();
  });

  it('keeps the settings of a phone', async () => {
    await openTab('Phones and notifications');
    await page.locator('#phone-form [name=maxDurationS]').fill('90');
    await page.locator('#phone-form [name=extension]').fill('101');
    await page.locator('#phone-form [name=answers]').selectOption('after');
    await page.locator('#phone-form [name=answerMs]').fill('700');
    await page.locator('#phone-form [name=whileTalking]').selectOption('busy');
    await page.locator('#phone-form [name=url]').fill('http://127.0.0.1:1/calls');
    await page.locator('#phone-form [name=silent]').check();
    await page.getByRole('button', { name: 'Save phone' }).click();
    await page.locator('#phone-list', { hasText: 'at most 90 s, silent' }).waitFor();
    expect(simulator.telephony.phones().find(({ deviceId }) => deviceId === '27')).to.deep.include({
      maxDurationS: 90,
      extension: '101',
      answerMs: 700,
      whileTalking: 'busy',
      silent: true,
      userType: 'user',
    });
    await page.locator('#notification-setting-list select').first().selectOption('last');
    await waitUntil('the setting', () => simulator.telephony.notificationSettings.hangups === 'last', {
      deadlineMs: 10_000,
    });
  });

  it('fits a narrow window', async () => {
    await page.setViewportSize({ width: 400, height: 900 });
    for (const tab of ['Phones and notifications', 'REST API', 'IVR trial', 'Lives of calls']) {
      await openTab(tab);
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(overflow, tab).to.equal(0);
      const box = await page.getByRole('tab', { name: tab }).boundingBox();
      expect((box?.x ?? 0) + (box?.width ?? 1000), tab).to.be.at.most(400);
    }
  });
});
