import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import { eventually } from '../../support/eventually.ts';
import { portOf, textOf } from '../../support/loopback.ts';
import type { Subscription } from '../../../src/hub/subscription.ts';
import { checkAgents } from '../../../src/platform/node/agent-check.ts';
import {
  processHub,
  processOutcomes,
  processPendingReplies,
} from '../../../src/platform/node/process-wide.ts';

describe('the hub of the process', () => {
  let server: WebSocketServer;
  let url: string;
  const live = new Map<string, number>();
  let most = 0;
  const subscriptions: Subscription[] = [];

  beforeEach(async () => {
    most = 0;
    live.clear();
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    url = `ws://127.0.0.1:${portOf(server)}`;
    server.on('connection', (ws) => {
      ws.on('message', (data) => {
        const message: unknown = JSON.parse(textOf(data));
        if (typeof message !== 'object' || message === null || !('idCrm' in message)) return;
        const idCrm = String(message.idCrm);
        if (idCrm === 'unknown1') {
          ws.send('{"type":"authFailed","reason":"ID_NOT_FOUND"}');
          return;
        }
        live.set(idCrm, (live.get(idCrm) ?? 0) + 1);
        most = Math.max(most, live.get(idCrm) ?? 0);
        ws.once('close', () => live.set(idCrm, (live.get(idCrm) ?? 0) - 1));
        ws.send('{"type":"authSucces","version":"1.1.0"}');
      });
    });
  });

  afterEach(() => {
    for (const subscription of subscriptions.splice(0)) subscription.unsubscribe({ removed: true });
    for (const client of server.clients) client.terminate();
    server.close();
  });

  it('is one, as are replies and outcomes, also for a separately loaded copy of the library', async () => {
    const copy: unknown = await import(`../../../src/platform/node/process-wide.ts?copy=${Date.now()}`);
    if (typeof copy !== 'object' || copy === null) throw new Error('No copy was loaded.');
    for (const own of [processHub, processPendingReplies, processOutcomes]) {
      const other: unknown = Reflect.get(copy, own.name);
      if (typeof other !== 'function') throw new Error('The copy is something else.');
      expect(other).not.to.equal(own);
      expect(Reflect.apply(other, undefined, []), own.name).to.equal(own());
    }
  });

  it('shared objects of another build are used only with every method that is called', () => {
    const key = Symbol.for('@accolades-flow/core pending replies 6');
    const own: unknown = Reflect.get(globalThis, key);
    const older = { open: () => undefined, answer: () => undefined, answered: () => undefined };
    Reflect.set(globalThis, key, older);
    try {
      expect(processPendingReplies()).not.to.equal(older);
    } finally {
      Reflect.set(globalThis, key, own);
    }
  });

  it('a credential test tells which agents cannot be reached, and why', async () => {
    const agents = [
      { label: 'x', idCrm: 'f8cb549544' },
      { label: 'y', idCrm: 'unknown1' },
    ];
    const { agents: found } = await checkAgents(agents, { url });
    expect(found.map(({ agent, failure }) => [agent.label, failure?.code])).to.deep.equal([
      ['x', undefined],
      ['y', 'ID_NOT_FOUND'],
    ]);
    await eventually('the sessions of the test ended', () => server.clients.size === 0);
  });

  it('a credential test uses the live session, and several at once do not disturb each other', async () => {
    const agents = [{ label: 'x', idCrm: 'f8cb549544' }];
    const subscription = processHub().subscribe({ owner: 'live', agents, server: { url } });
    subscriptions.push(subscription);
    await subscription.firstOutcome;
    const found = await Promise.all([1, 2, 3].map(() => checkAgents(agents, { url })));
    expect(
      found.map(({ agents: checked }) => checked.map(({ failure, wasConnected }) => [failure, wasConnected])),
    ).to.deep.equal([[[null, true]], [[null, true]], [[null, true]]]);
    expect(subscription.status.connected).to.equal(1);
    expect([most, server.clients.size]).to.deep.equal([1, 1]);
  });
});
