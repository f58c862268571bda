import { expect } from 'chai';
import { buildCallEvent, buildConnectionEvent, type CallEvent } from '../../src/call/call-event.ts';
import { createFilter, readEvents, type FilterSettings } from '../../src/call/filter.ts';
import { AccoladesError } from '../../src/errors.ts';

const AGENT = { label: 'a', id: null, phoneId: null, accountId: null };
const CONTEXT = { country: 'RO', agent: AGENT, firstRing: true, receivedAt: Date.UTC(2026, 10, 21) };

function call(phoneNumber: string, more: Partial<CallEvent> = {}): CallEvent {
  const message = { type: 'incomingCall', phoneNumber, uniqueId: '1.2', callCenter: true, raw: {} } as const;
  return { ...buildCallEvent(message, CONTEXT), ...more };
}

const passes = (settings: FilterSettings, event: CallEvent): boolean => createFilter(settings)(event);

describe('filter', () => {
  it('lets both calls pass by default, and no connection events', () => {
    const filter = createFilter({});
    expect(filter(call('1'))).to.equal(true);
    expect(filter(call('1', { event: 'outgoingCall' }))).to.equal(true);
    expect(filter(buildConnectionEvent('agentConnected', AGENT, null, 0))).to.equal(false);
    for (const settings of [{ numbers: '' }, { numbers: ' , \n' }, { callSource: '' }, { events: null }]) {
      expect(createFilter(settings)(call('x')), JSON.stringify(settings)).to.equal(true);
    }
  });

  it('chooses events', () => {
    const filter = createFilter({ events: ['agentDisconnected', 'outgoingCall'] });
    expect(filter(call('1'))).to.equal(false);
    expect(filter(call('1', { event: 'outgoingCall' }))).to.equal(true);
    expect(filter(buildConnectionEvent('agentDisconnected', AGENT, 'NETWORK', 0))).to.equal(true);
    expect([...readEvents(['agentDisconnected', 'incomingCall'])]).to.deep.equal([
      'incomingCall',
      'agentDisconnected',
    ]);
  });

  it('long texts of any kind are read in a time that grows with their length only', () => {
    for (const piece of ['\n', ' ', ',', '/', '/a', '\\', '/a/ ', '\n ', '0721\n']) {
      const start = process.cpuUsage();
      try {
        createFilter({ numbers: piece.repeat(200_000) });
      } catch (error) {
        expect(error).to.have.property('code', 'INVALID_PARAMETER');
      }
      const { user, system } = process.cpuUsage(start);
      expect((user + system) / 1_000, JSON.stringify(piece)).to.be.below(2_000);
    }
  });

  it('numbers hold back no connection event', () => {
    const filter = createFilter({ events: ['agentConnected'], numbers: '0721', callSource: 'direct' });
    expect(filter(buildConnectionEvent('agentConnected', AGENT, null, 0))).to.equal(true);
  });

  it('tells queue calls from direct ones; an unknown source is neither', () => {
    const table = [true, false, null].map((callCenter) =>
      (['all', 'callCenter', 'direct'] as const).map((callSource) =>
        passes({ callSource }, call('1', { callCenter })),
      ),
    );
    expect(table).to.deep.equal([
      [true, true, false],
      [true, false, true],
      [true, false, false],
    ]);
  });

  it('first ring only', () => {
    expect(passes({ firstRingOnly: true }, call('1', { firstRing: false }))).to.equal(false);
    expect(passes({ firstRingOnly: true }, call('1'))).to.equal(true);
    expect(passes({ firstRingOnly: false }, call('1', { firstRing: false }))).to.equal(true);
  });

  it('a prefix in any spelling matches a number in any spelling', () => {
    for (const prefix of ['0721', '+40721', '0040721', '07 21', '(0721)', '+40 721', '0721-234']) {
      for (const number of ['0721234567', '+40721234567', '0040721234567', '0721 234 567', '40721234567']) {
        expect(passes({ numbers: prefix }, call(number)), `${prefix} ${number}`).to.equal(true);
      }
      for (const number of ['0731234567', '+49721234567', '0211234567', '101', 'anonymous', '']) {
        expect(passes({ numbers: prefix }, call(number)), `${prefix} ${number}`).to.equal(false);
      }
    }
  });

  it('a prefix matches extensions and foreign numbers', () => {
    expect(passes({ numbers: '101' }, call('101'))).to.equal(true);
    expect(passes({ numbers: '10' }, call('101'))).to.equal(true);
    expect(passes({ numbers: '+49' }, call('004930901820'))).to.equal(true);
    expect(passes({ numbers: '+40' }, call('0721234567'))).to.equal(true);
  });

  it('a national prefix is at home in the chosen country', () => {
    const german = createFilter({ numbers: '0721' }, 'DE');
    expect(german(call('+49721234567'))).to.equal(true);
    expect(german(call('+40721234567'))).to.equal(false);
  });

  it('several, by comma or new line: any may match', () => {
    const numbers = '0721, +49\n101';
    for (const number of ['0721234567', '+4930901820', '101'])
      expect(passes({ numbers }, call(number))).to.equal(true);
    expect(passes({ numbers }, call('0731234567'))).to.equal(false);
  });

  it('regular expressions, with commas and slashes inside, among prefixes', () => {
    const numbers = '/^07(21|22),?[0-9]{6,7}$/, 101 ,/^anonymous$/i,/a\\/b/';
    for (const number of ['0721234567', '101', 'Anonymous', 'a/b']) {
      expect(passes({ numbers }, call(number)), number).to.equal(true);
    }
    for (const number of ['0731234567', '102'])
      expect(passes({ numbers }, call(number)), number).to.equal(false);
  });

  it('a regular expression sees what the server sent and the international form', () => {
    expect(passes({ numbers: '/^\\+4021/' }, call('0211234567'))).to.equal(true);
    expect(passes({ numbers: '/^021/' }, call('0211234567'))).to.equal(true);
  });

  it('gives the same answer each time, also with the flags g and y', () => {
    const filter = createFilter({ numbers: '/21/gy' });
    for (let i = 0; i < 4; i++) expect(filter(call('0211234567'))).to.equal(true);
  });

  for (const [settings, part] of [
    [{ numbers: '/(/' }, '/(/'],
    [{ numbers: '/unclosed' }, 'closing'],
    [{ numbers: '/x/q' }, '/x/q'],
    [{ numbers: 'abc' }, 'abc'],
    [{ numbers: '0721;0722' }, '0721;0722'],
    [{ numbers: '07*' }, '07*'],
    [{ numbers: 7 }, 'must be text'],
    [{ events: [] }, 'No event'],
    [{ events: 'incomingCall' }, 'must be a list'],
    [{ events: ['incomingcall'] }, 'incomingcall'],
    [{ callSource: 'queue' }, 'callCenter'],
    // Found by test/fuzz: a thing that cannot be made text.
    [{ events: [{ toString: 0 }] }, 'object'],
  ] as const) {
    it(`refuses ${JSON.stringify(settings)} and says what is wrong`, () => {
      expect(() => createFilter(settings))
        .to.throw(AccoladesError)
        .with.property('code', 'INVALID_PARAMETER');
      expect(() => createFilter(settings)).to.throw(part);
    });
  }

  it('is not held up by a long number', () => {
    const began = performance.now();
    for (const numbers of ['+40721', '/^07.*$/', '0721, /x/'])
      passes({ numbers }, call('0'.repeat(1_000_000)));
    createFilter({ numbers: ' '.repeat(2_000) });
    createFilter({ numbers: '/a/,'.repeat(5_000) });
    expect(performance.now() - began).to.be.below(500);
  });
});
