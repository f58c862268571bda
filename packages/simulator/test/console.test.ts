import { request } from 'node:http';
import { expect } from 'chai';
import type { Simulator } from '../src/index.ts';
import { TestClient, readObject, until, within } from './support/client.ts';
import { FRONT_DESK, SUPPORT, closeSimulators, testSimulator } from './support/test-simulator.ts';

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

describe('console', () => {
  let simulator: Simulator;
  let url: string;

  beforeEach(async () => {
    simulator = await testSimulator({ console: {} });
    url = simulator.consoleUrl ?? '';
  });
  afterEach(closeSimulators);

  async function get(path: string): Promise<Answer> {
    const response = await fetch(url + path);
    return { status: response.status, body: readObject(await response.text()) };
  }

  async function post(path: string, body: unknown = {}): Promise<Answer> {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: readObject(await response.text()) };
  }

  function agentStates(): string[] {
    return simulator.agents().map((agent) => agent.state);
  }

  /** A request with headers that `fetch` does not let one set. */
  function rawRequest(options: {
    method: string;
    path: string;
    headers: Record<string, string>;
    body?: string;
  }): Promise<number> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        url + options.path,
        { method: options.method, headers: options.headers },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      outgoing.on('error', reject);
      outgoing.end(options.body);
    });
  }

  it('is shown in a frame by named pages only', async () => {
    const ancestors = async (address: string): Promise<string | undefined> => {
      const policy = (await fetch(address)).headers.get('content-security-policy') ?? '';
      return /frame-ancestors ([^;]+)/.exec(policy)?.[1];
    };
    expect(await ancestors(url)).to.equal("'none'");
    const framed = await testSimulator({ console: { framedBy: ['http://127.0.0.1:14390'] } });
    expect(await ancestors(framed.consoleUrl ?? '')).to.equal('http://127.0.0.1:14390');
  });

  it('is a page that loads nothing from elsewhere', async () => {
    const response = await fetch(url);
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-security-policy')).to.contain("default-src 'none'");
    const html = await response.text();
    expect(html).to.contain('<html lang="en"');
    const references = [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map((match) => match[1] ?? '');
    expect(references.length).to.be.greaterThan(1);
    for (const reference of references) {
      expect(reference).to.not.match(/^(?:https?:)?\/\//);
      if (reference.startsWith('data:')) continue;
      const part = await fetch(`${url}/${reference}`);
      expect(part.status, reference).to.equal(200);
      const text = await part.text();
      expect(text, reference).to.not.match(/@import|url\(["']?https?:|from ["']https?:/);
    }
  });

  it('shows the state without any key', async () => {
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    simulator.placeCall({ agents: [FRONT_DESK, SUPPORT], phoneNumber: '0211234567' });
    await client.next();
    const { body } = await get('/api/state');
    const agents = body['agents'];
    expect(agents).to.be.an('array').with.length(2);
    expect(agents).to.have.nested.property('[0].state', 'connected');
    expect(agents).to.have.nested.property('[0].maskedIdCrm', 'fr…01');
    expect(agents).to.have.nested.property('[1].state', 'online');
    expect(body).to.have.nested.property('server.url', simulator.url);
    expect(body).to.have.nested.property('calls[0].agents[0].delivered', true);
    expect(body).to.have.nested.property('calls[0].agents[1].delivered', false);
    expect(JSON.stringify(body)).to.not.contain(FRONT_DESK).and.not.contain(SUPPORT);
  });

  it('tells a key only where it is asked for', async () => {
    expect((await get('/api/agents/1/id-crm')).body).to.deep.equal({ idCrm: FRONT_DESK });
    const detail = (await get('/api/agents/1')).body;
    expect(detail).to.have.nested.property('account.data', '');
    expect(JSON.stringify(detail)).to.not.contain(FRONT_DESK);
    expect((await get('/api/agents/99')).status).to.equal(400);
  });

  it('logs agents in and out, adds and removes them', async () => {
    await post('/api/agents/1/logout');
    expect(agentStates()).to.deep.equal(['offline', 'online']);
    await post('/api/agents/1/login');
    expect(agentStates()).to.deep.equal(['online', 'online']);
    const added = await post('/api/agents', { name: 'Night shift', ip: '203.0.113.7' });
    expect(added.status).to.equal(200);
    const agent = simulator.agents()[2];
    expect(agent).to.include({
      name: 'Night shift',
      ip: '203.0.113.7',
      state: 'online',
      key: added.body['key'],
    });
    expect(agent?.idCrm).to.match(/^[0-9a-f]{10}$/);
    await post('/api/agents/2/remove');
    expect(simulator.agents().map(({ name }) => name)).to.deep.equal(['Front desk', 'Night shift']);
    const refused = await post('/api/agents', { name: 'Again', idCrm: FRONT_DESK });
    expect(refused.status).to.equal(400);
    expect(refused.body['error'])
      .to.be.a('string')
      .that.contains('already an agent')
      .and.not.contains(FRONT_DESK);
  });

  it('places calls', async () => {
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    const placed = await post('/api/calls', {
      direction: 'outgoing',
      callCenter: true,
      phoneNumber: ' 0211234567 ',
      agents: [1, 2],
      uniqueId: '1608743891.1344',
    });
    expect(placed.body).to.deep.equal({ uniqueId: '1608743891.1344', agents: 2, delivered: 1 });
    expect(await client.nextMessage()).to.deep.equal({
      type: 'outgoingCall',
      phoneNumber: '0211234567',
      uniqueId: '1608743891.1344',
      callCenter: 'yes',
    });
    const call = { direction: 'incoming', callCenter: false, phoneNumber: '1', agents: [1] };
    for (const [change, message] of [
      [{ phoneNumber: '' }, 'phone number'],
      [{ agents: [] }, 'at least one agent'],
      [{ agents: [99] }, 'no such agent'],
      [{ agents: 'all' }, 'list'],
      [{ direction: 'up' }, 'direction'],
      [{ callCenter: 'yes' }, 'callCenter'],
    ] as const) {
      const answer = await post('/api/calls', { ...call, ...change });
      expect(answer.status, message).to.equal(400);
      expect(answer.body['error']).to.be.a('string').that.contains(message);
    }
  });

  it('places calls at a rate, and stops', async () => {
    await post('/api/traffic', { callsPerMinute: 6000, kind: 'queue' });
    expect(simulator.traffic).to.include({ callsPerMinute: 6000, kind: 'queue' });
    await until(() => simulator.statistics.calls > 2, 'calls are placed');
    await post('/api/traffic', { callsPerMinute: 0 });
    expect(simulator.traffic.callsPerMinute).to.equal(0);
    expect((await post('/api/traffic', { callsPerMinute: -1, kind: 'queue' })).status).to.equal(400);
  });

  it('edits texts, up to their limit', async () => {
    await post('/api/agents/1/text', { kind: 'phone', text: 'x'.repeat(2000) });
    expect(simulator.agent(FRONT_DESK).phone.data).to.have.length(2000);
    const refused = await post('/api/agents/1/text', { kind: 'phone', text: 'x'.repeat(2001) });
    expect(refused.status).to.equal(400);
    expect(refused.body['error']).to.be.a('string').that.contains('at most 2000');
  });

  it('switches faults on and off, for one agent and for all', async () => {
    await post('/api/faults', { agent: 1, settings: { refuseWith: 'SOMETHING_NEW' } });
    await post('/api/faults', { settings: { frameDelayMs: 5 } });
    expect(simulator.faults.get(FRONT_DESK)).to.include({ refuseWith: 'SOMETHING_NEW', frameDelayMs: 5 });
    expect(simulator.faults.get(SUPPORT)).to.include({ refuseWith: '', frameDelayMs: 5 });
    await post('/api/faults/clear', { agent: 1 });
    expect(simulator.faults.own(FRONT_DESK)).to.deep.equal({});
    await post('/api/faults/clear', { everything: true });
    expect(simulator.faults.active()).to.deep.equal([]);
    expect((await post('/api/faults', { settings: { boom: 1 } })).status).to.equal(400);
  });

  it('injects what happens once', async () => {
    const client = await TestClient.authenticated(simulator.url, FRONT_DESK);
    await post('/api/send', { agent: 1, sample: 'incomingCall' });
    await post('/api/send', { agent: 1, garbage: 'truncated' });
    await post('/api/send', { text: 'exactly this' });
    expect((await client.next()).text).to.contain('"1608743891.1344"\n"callCenter"');
    expect((await client.next()).text).to.equal('{"type":"incomingCall","phoneNumber":"0211234567","uniq');
    expect((await client.next()).text).to.equal('exactly this');
    const nobody = await post('/api/drop', { agent: 2, how: 'terminate' });
    expect(nobody.status).to.equal(409);
    expect(nobody.body['error']).to.be.a('string').that.contains('connect a client');
    await post('/api/drop', { how: 'terminate' });
    await client.closed();
  });

  it('stops and starts the server, and changes its settings', async () => {
    await post('/api/server', { running: false, abrupt: true });
    expect(simulator.running).to.equal(false);
    await post('/api/settings', { settings: { version: '2.0.0', authSuccessType: 'authSuccess' } });
    await post('/api/server', { running: true });
    const client = await TestClient.asking(simulator.url, FRONT_DESK);
    expect(await client.nextMessage()).to.deep.equal({ type: 'authSuccess', version: '2.0.0' });
    expect((await post('/api/settings', { settings: { version: 2 } })).status).to.equal(400);
  });

  it('sends live updates with masked frames to an open page', async () => {
    const early = await TestClient.authenticated(simulator.url, SUPPORT);
    early.webSocket.terminate();
    await until(() => simulator.sessions().length === 0, 'the session has ended');
    const controller = new AbortController();
    const response = await fetch(`${url}/api/events`, { signal: controller.signal });
    expect(response.headers.get('content-type')).to.contain('text/event-stream');
    const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader();
    let text = '';
    const decoder = new TextDecoder();
    const readUntil = async (wanted: string): Promise<void> => {
      while (!text.includes(wanted)) {
        const chunk = await within(
          reader?.read() ?? Promise.reject(new Error('No body.')),
          `${wanted} comes`,
        );
        if (chunk.done) throw new Error('The stream ended.');
        text += decoder.decode(chunk.value, { stream: true });
      }
    };
    await readUntil('event: frames');
    expect(text).to.contain('event: state');
    await readUntil('su…02');
    await TestClient.authenticated(simulator.url, FRONT_DESK);
    await readUntil('"maskedIdCrm":"fr…01","state":"connected"');
    simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567', uniqueId: '1608743891.9' });
    await readUntil('\\"uniqueId\\":\\"1608743891.9\\"');
    expect(text).to.not.contain(FRONT_DESK).and.not.contain(SUPPORT);
    controller.abort();
  });

  describe('keeps other pages out', () => {
    const path = '/api/agents/1/logout';
    const json = { 'content-type': 'application/json' };

    it('refuses what a form can send', async () => {
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
      ]) {
        expect(
          await rawRequest({ method: 'POST', path, headers: { 'content-type': type }, body: '{}' }),
        ).to.equal(415);
      }
      expect(await rawRequest({ method: 'POST', path, headers: {} })).to.equal(415);
      expect(agentStates()[0]).to.equal('online');
    });

    it('refuses another origin, also the one named null', async () => {
      for (const origin of ['https://evil.example', 'null', url.replace('127.0.0.1', 'localhost')]) {
        expect(await rawRequest({ method: 'POST', path, headers: { ...json, origin }, body: '{}' })).to.equal(
          403,
        );
      }
      expect(agentStates()[0]).to.equal('online');
      expect(
        await rawRequest({ method: 'POST', path, headers: { ...json, origin: url }, body: '{}' }),
      ).to.equal(200);
      expect(agentStates()[0]).to.equal('offline');
    });

    it('refuses another host name, for reading too', async () => {
      for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example', '192.0.2.1']) {
        for (const target of ['/', '/api/state', '/api/agents/1/id-crm', '/api/events']) {
          expect(
            await rawRequest({ method: 'GET', path: target, headers: { host } }),
            `${host} ${target}`,
          ).to.equal(403);
        }
        expect(await rawRequest({ method: 'POST', path, headers: { ...json, host }, body: '{}' })).to.equal(
          403,
        );
      }
      const port = new URL(url).port;
      expect(await rawRequest({ method: 'GET', path: '/', headers: { host: `localhost:${port}` } })).to.equal(
        200,
      );
    });

    it('gives no foreign page leave to read', async () => {
      const response = await fetch(`${url}/api/state`);
      expect(response.headers.get('access-control-allow-origin')).to.equal(null);
      await response.text();
    });
  });
});
