import { expect } from 'chai';
import fc from 'fast-check';
import { buildCallEvent, type AgentIdentity } from '../../src/call/call-event.ts';
import { AccoladesError } from '../../src/errors.ts';
import { decode } from '../../src/protocol/decode.ts';
import type { JsonObject } from '../../src/json/json-object.ts';
import { connectorEventId, parseConnectorEvent } from '../../src/webhook/connector-event.ts';

const RECEIVED = Date.parse('2026-11-21T08:00:00.000Z');
const FRAME =
  '{"type":"incomingCall","phoneNumber":"0211234567","uniqueId":"1608743891.1344","callCenter":"yes","new":1}';
const AGENT = { label: 'Front desk', id: '321', phoneId: '27', accountId: '15' };
const POST = { apiName: 'connectorEvent', agent: AGENT, frame: FRAME };

const read = (fields: JsonObject): unknown =>
  parseConnectorEvent(fields, { country: 'RO', receivedAt: RECEIVED });

describe('events of the browser connector', () => {
  const decoded = decode(FRAME);
  if (decoded.kind !== 'message' || decoded.message.type !== 'incomingCall') throw new Error('fixture');
  const expected = buildCallEvent(decoded.message, {
    country: 'RO',
    agent: AGENT,
    firstRing: true,
    receivedAt: RECEIVED,
  });

  it('are the same call event as over a session', () => {
    expect(read(POST)).to.deep.equal(expected);
    const object: unknown = JSON.parse(FRAME);
    expect(read({ ...POST, frame: object })).to.deep.equal(expected);
  });

  it('are repaired like those of a session', () => {
    expect(read({ ...POST, frame: FRAME.replace(',"callCenter"', '"callCenter"') })).to.deep.equal(expected);
  });

  it('may be form-encoded, with the agent as JSON', () => {
    expect(read({ ...POST, agent: JSON.stringify(AGENT) })).to.deep.equal(expected);
  });

  it('have the time of the event, not of its arrival', () => {
    expect(read({ ...POST, ageMs: '90000' })).to.include({ receivedAt: '2026-11-21T07:58:30.000Z' });
    expect(read({ apiName: 'connectorEvent', event: 'agentConnected', ageMs: 1_500 })).to.include({
      receivedAt: '2026-11-21T07:59:58.500Z',
    });
    for (const ageMs of ['-1', 'soon', '86400001', {}, '1e400']) {
      expect(read({ ...POST, ageMs }), JSON.stringify(ageMs)).to.include({
        receivedAt: '2026-11-21T08:00:00.000Z',
      });
    }
  });

  it('ignore invalid ids, because remembered ids must stay small', () => {
    expect(
      read({ ...POST, agent: { ...AGENT, id: '3'.repeat(65), phoneId: '2'.repeat(64) } }),
    ).to.have.deep.property('agent', {
      label: 'Front desk',
      id: null,
      phoneId: '2'.repeat(64),
      accountId: '15',
    });
  });

  it('have an id if it is usable', () => {
    expect(connectorEventId({ eventId: 'a-1' })).to.equal('a-1');
    for (const eventId of [undefined, '', {}, 'x'.repeat(65)]) {
      expect(connectorEventId({ eventId })).to.equal(null);
    }
  });

  it('report the first ring of a call', () => {
    const asked: string[] = [];
    const event = parseConnectorEvent(POST, {
      country: 'RO',
      receivedAt: RECEIVED,
      isFirstRing: ({ type, uniqueId }) => asked.push(`${type} ${uniqueId}`) < 0,
    });
    expect(event).to.include({ firstRing: false });
    expect(asked).to.deep.equal(['incomingCall 1608743891.1344']);
  });

  const agents: [unknown, AgentIdentity][] = [
    [undefined, { label: 'browser', id: null, phoneId: null, accountId: null }],
    ['{"id":', { label: 'browser', id: null, phoneId: null, accountId: null }],
    [{ id: 321 }, { label: 'agent 321', id: '321', phoneId: null, accountId: null }],
    [
      { label: ' x ', id: null },
      { label: 'x', id: null, phoneId: null, accountId: null },
    ],
  ];
  for (const [agent, identity] of agents) {
    it(`call the agent ${identity.label} for ${agent === undefined ? 'nothing' : JSON.stringify(agent)}`, () => {
      expect(read({ ...POST, agent })).to.have.deep.property('agent', identity);
    });
  }

  it('report when the agent connects and disconnects', () => {
    const base = { apiName: 'connectorEvent', agent: AGENT };
    expect(read({ ...base, event: 'agentConnected', reason: 'NETWORK' })).to.deep.equal({
      event: 'agentConnected',
      agent: AGENT,
      reason: null,
      awaySeconds: null,
      receivedAt: '2026-11-21T08:00:00.000Z',
    });
    expect(read({ ...base, event: 'agentDisconnected', reason: 'NETWORK' })).to.include({
      reason: 'NETWORK',
    });
    expect(read({ ...base, event: 'agentDisconnected', reason: 'toString' })).to.include({
      reason: 'CONNECTION_LOST',
    });
  });

  for (const [name, fields] of Object.entries<JsonObject>({
    'another API': { ...POST, apiName: 'callNotification' },
    'no frame': { ...POST, frame: undefined },
    'a broken frame': { ...POST, frame: '{"type":"incomingCall","phoneNumber":"02' },
    'a frame that is no call': { ...POST, frame: '{"type":"version","value":"1.1.0"}' },
    'an unknown frame': { ...POST, frame: '{"type":"transfer"}' },
    'a list': { ...POST, frame: [] },
  })) {
    it(`refuse ${name}`, () => {
      expect(() => read(fields))
        .to.throw(AccoladesError)
        .with.property('code', 'NOT_A_NOTIFICATION');
    });
  }

  it('throw only typed errors', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (frame, agent) => {
        try {
          read({ apiName: 'connectorEvent', frame, agent });
        } catch (error) {
          if (!(error instanceof AccoladesError)) throw error;
        }
      }),
    );
  });
});
