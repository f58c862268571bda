import { expect } from 'chai';
import { buildCallEvent, buildConnectionEvent, EVENT_TYPES } from '../../src/call/call-event.ts';
import type { CallMessage } from '../../src/protocol/messages.ts';

const AGENT = { label: 'Front desk', id: '321', phoneId: '27', accountId: '15' };
const RECEIVED_AT = Date.parse('2026-11-21T08:00:00.000Z');
const CONTEXT = { country: 'RO', agent: AGENT, firstRing: true, receivedAt: RECEIVED_AT };

function call(more: Partial<CallMessage> = {}): CallMessage {
  return {
    type: 'incomingCall',
    phoneNumber: '0211234567',
    uniqueId: '1608743891.1344',
    callCenter: true,
    raw: { type: 'incomingCall', phoneNumber: '0211234567', uniqueId: '1608743891.1344', callCenter: 'yes' },
    ...more,
  };
}

describe('call event', () => {
  it('has exactly the documented fields', () => {
    expect(JSON.stringify(buildCallEvent(call(), CONTEXT), null, 1)).to.equal(
      JSON.stringify(
        {
          event: 'incomingCall',
          direction: 'incoming',
          phoneNumber: '0211234567',
          phone: {
            e164: '+40211234567',
            national: '021 123 4567',
            international: '+40 21 123 4567',
            country: 'RO',
            type: 'FIXED_LINE',
          },
          uniqueId: '1608743891.1344',
          startedAt: '2020-12-23T17:18:11.000Z',
          callCenter: true,
          agent: AGENT,
          firstRing: true,
          receivedAt: '2026-11-21T08:00:00.000Z',
          raw: {
            type: 'incomingCall',
            phoneNumber: '0211234567',
            uniqueId: '1608743891.1344',
            callCenter: 'yes',
          },
        },
        null,
        1,
      ),
    );
  });

  it('of an outgoing call', () => {
    expect(buildCallEvent(call({ type: 'outgoingCall' }), CONTEXT)).to.include({
      event: 'outgoingCall',
      direction: 'outgoing',
    });
  });

  it("keeps the server's number even if it is not a public one", () => {
    for (const phoneNumber of ['101', '112', 'anonymous', '', ' 021 ']) {
      expect(buildCallEvent(call({ phoneNumber }), CONTEXT)).to.include({ phoneNumber, phone: null });
    }
  });

  for (const [uniqueId, startedAt] of [
    ['1608743891.1344', '2020-12-23T17:18:11.000Z'],
    ['0.1', null],
    ['12.3', null],
    ['946684799.1', null],
    ['946684800.1', '2000-01-01T00:00:00.000Z'],
    [`${RECEIVED_AT / 1000 + 86_400}.1`, '2026-11-22T08:00:00.000Z'],
    [`${RECEIVED_AT / 1000 + 86_401}.1`, null],
    ['99999999999.1', null],
    ['1608743891', null],
    ['1608743891.', null],
    ['1608743891.1344.1', null],
    ['-1608743891.1', null],
    ['1608743891.abc', null],
    ['abc', null],
    ['', null],
    ['9'.repeat(400), null],
  ] as const) {
    it(`startedAt of ${uniqueId.slice(0, 30)} is ${startedAt}`, () => {
      expect(buildCallEvent(call({ uniqueId }), CONTEXT).startedAt).to.equal(startedAt);
    });
  }

  it('has the configuration only if requested, null until known', () => {
    expect(buildCallEvent(call(), CONTEXT)).not.to.have.property('configuration');
    expect(buildCallEvent(call(), { ...CONTEXT, configuration: null })).to.have.property(
      'configuration',
      null,
    );
    const configuration = { account: { id: '1', data: 'x' }, phone: null, agent: null };
    const event = buildCallEvent(call(), { ...CONTEXT, configuration });
    expect(event.configuration).to.deep.equal(configuration);
    expect(event.configuration).not.to.equal(configuration);
  });

  it('shares no object that a flow could change', () => {
    const raw = { type: 'incomingCall', nested: { list: [1] } };
    const message = call({ raw });
    const a = buildCallEvent(message, CONTEXT);
    const b = buildCallEvent(message, CONTEXT);
    expect(a.raw).to.deep.equal(raw);
    expect(a.raw).not.to.equal(b.raw);
    expect(a.raw['nested']).not.to.equal(b.raw['nested']);
    expect(a.agent).not.to.equal(AGENT);
  });

  it('of a connection', () => {
    expect(buildConnectionEvent('agentDisconnected', AGENT, 'ID_NOT_FOUND', RECEIVED_AT)).to.deep.equal({
      event: 'agentDisconnected',
      agent: AGENT,
      reason: 'ID_NOT_FOUND',
      receivedAt: '2026-11-21T08:00:00.000Z',
    });
  });

  it('lists its types in the order of the ports', () => {
    expect(EVENT_TYPES).to.deep.equal([
      'incomingCall',
      'outgoingCall',
      'agentConnected',
      'agentDisconnected',
    ]);
  });
});
