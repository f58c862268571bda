import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { objectFrom, parseJson } from '../../hosts/guards.ts';
import type { FlowMessage } from '../crm/flow-message.ts';
import { Crm } from '../crm/server.ts';
import { statusFor } from './status-for.ts';

const maria = '/contacts?phone=%2B40211234567';
const call = { at: '2026-11-21T08:00:00.000Z', direction: 'incoming', agent: 'Front desk' };

describe('the CRM of the demonstration', () => {
  let crm: Crm;

  beforeEach(async () => {
    crm = await Crm.start({ port: 0, file: ':memory:' });
  });

  afterEach(() => crm.close());

  async function request(
    method: string,
    route: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }> {
    const response = await fetch(crm.url + route, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text.startsWith('{') || text.startsWith('[') ? parseJson(text, route) : text,
    };
  }

  it('finds a contact by its number, and returns an empty list for an unknown one', async () => {
    const found = await request('GET', maria);
    expect(found.body).to.be.an('array').with.lengthOf(1);
    expect(found.body).to.have.nested.property('[0].name', 'Maria Ionescu');
    for (const phone of ['%2B40211234599', 'anonymous', '']) {
      expect(await request('GET', `/contacts?phone=${phone}`)).to.deep.equal({ status: 200, body: [] });
    }
  });

  it('notes the last call on a contact', async () => {
    const { status, body } = await request('PATCH', '/contacts/1/last-call', call);
    expect(status).to.equal(200);
    expect(body).to.include({
      lastCallAt: call.at,
      lastCallDirection: 'incoming',
      lastCallAgent: 'Front desk',
      calls: 1,
    });
    expect((await request('GET', maria)).body).to.deep.equal([body]);
  });

  it('refuses an invalid call, and an unknown contact', async () => {
    for (const wrong of [{}, { ...call, at: 'now' }, { ...call, direction: 'up' }, []]) {
      expect((await request('PATCH', '/contacts/1/last-call', wrong)).status).to.equal(400);
    }
    for (const id of ['99', 'x', '1.5']) {
      expect((await request('PATCH', `/contacts/${id}/last-call`, call)).status).to.equal(404);
    }
  });

  it('adds a lead once', async () => {
    const lead = { phone: '+40211234599', name: 'New lead' };
    const { status, body } = await request('POST', '/contacts', lead);
    expect(status).to.equal(201);
    expect((await request('POST', '/contacts', lead)).body).to.deep.equal(body);
    expect((await request('POST', '/contacts', { phone: 'anonymous' })).status).to.equal(400);
  });

  it('answers as an incoming webhook of Slack', async () => {
    expect(await request('POST', '/slack', { text: 'Hello' })).to.deep.equal({ status: 200, body: 'ok' });
    expect(await request('POST', '/slack', {})).to.deep.equal({ status: 400, body: 'no_text' });
  });

  it('forwards flow messages, and refuses invalid ones', async () => {
    const messages: FlowMessage[] = [];
    crm.on('flowMessage', (message) => messages.push(message));
    for (const wrong of [{}, { event: 'incomingCall' }, { event: {} }, []]) {
      expect((await request('POST', '/flow-messages', wrong)).status).to.equal(400);
    }
    expect((await request('POST', '/flow-messages', flowMessage)).status).to.equal(204);
    expect(messages).to.have.lengthOf(1);
    expect(messages[0]).to.include({ event: 'incomingCall', number: '021 123 4567', slack: true, crm: true });
  });

  it('shows earlier messages to a page that opens late', async () => {
    await request('POST', '/slack', { text: 'Hello' });
    await request('POST', '/flow-messages', flowMessage);
    const controller = new AbortController();
    const response = await fetch(`${crm.url}/events`, { signal: controller.signal });
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes('\n\n')) break;
    }
    controller.abort();
    const state = objectFrom(parseJson(/^data: (.*)$/m.exec(text)?.[1] ?? '', '/events'), '/events');
    expect(state['contacts']).to.be.an('array').with.lengthOf(8);
    expect(state).to.have.nested.property('channel[0].text', 'Hello');
    expect(state).to.have.nested.property('flowMessages[0].agent', 'Front desk');
  });

  it('shows the parts side by side once they are there, and nothing of theirs as HTML', async () => {
    expect((await fetch(`${crm.url}/show`)).status).to.equal(503);
    const instead = { text: 'Open it', picture: '/show/n8n-workflow.png' };
    crm.panes = [
      { id: 'pbx', title: 'Place <b>', what: '"a" & b', url: 'http://127.0.0.1:1/' },
      { id: 'flow', title: 'The flow', what: 'n8n', url: 'http://127.0.0.1:2/x', instead },
    ];
    const response = await fetch(`${crm.url}/show`);
    expect(response.headers.get('content-security-policy')).to.include(
      "frame-src http://127.0.0.1:1 http://127.0.0.1:2; base-uri 'none'",
    );
    const html = await response.text();
    expect(html).to.include('Place &lt;b&gt;').and.to.include('&quot;a&quot; &amp; b');
    expect(html.match(/<iframe/g)).to.have.lengthOf(1);
    for (const [, file = ''] of html.matchAll(/(?:href|src)="(\/[^"]+)"/g)) {
      expect((await fetch(crm.url + file)).status, file).to.equal(200);
    }
  });

  it('closes with pages open, and twice', async () => {
    const response = await fetch(`${crm.url}/events`);
    await Promise.all([crm.close(), crm.close()]);
    const read = response.text().then(
      () => 'ended',
      () => 'ended',
    );
    expect(await read).to.equal('ended');
  });

  it('keeps its contacts in a file', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'crm-'));
    try {
      const options = { port: 0, file: path.join(folder, 'crm.sqlite') };
      const first = await Crm.start(options);
      first.contacts.noteCall(1, { ...call, direction: 'outgoing' });
      await first.close();
      const second = await Crm.start(options);
      expect(second.contacts.all()).to.have.lengthOf(8);
      expect(second.contacts.all()[0]).to.include({ calls: 1, lastCallDirection: 'outgoing' });
      await second.close();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('answers only under names of this computer, so that no web page reads it by DNS rebinding', async () => {
    const { port } = new URL(crm.url);
    for (const route of ['/', '/contacts', '/events', '/show', '/none']) {
      for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example']) {
        expect(await statusFor(crm.url + route, host), `${host} ${route}`).to.equal(403);
      }
    }
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      expect(await statusFor(`${crm.url}/contacts`, host), host).to.equal(200);
    }
  });
});

const flowMessage = {
  event: {
    event: 'incomingCall',
    direction: 'incoming',
    phoneNumber: '0211234567',
    phone: { national: '021 123 4567', country: 'RO' },
    agent: { label: 'Front desk' },
    callCenter: false,
  },
  contact: { id: 1, name: 'Maria Ionescu', company: 'Dental Plus' },
  text: 'Maria calls',
  slack: 200,
  crm: 200,
};
