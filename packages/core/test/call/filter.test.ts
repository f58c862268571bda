import { expect } from 'chai';
import fc from 'fast-check';
import { buildCallEvent, buildConnectionEvent, type CallEvent } from '../../src/call/call-event.ts';
import { createFilter, readEvents, type FilterSettings } from '../../src/call/filter.ts';
import { readNumberList } from '../../src/call/number-list.ts';
import { AccoladesError } from '../../src/errors.ts';

const AGENT = { label: 'a', id: null, phoneId: null, accountId: null };
const CONTEXT = { country: 'RO', agent: AGENT, firstRing: true, receivedAt: Date.UTC(2026, 10, 21) };

function call(phoneNumber: string, more: Partial<CallEvent> = {}): CallEvent {
  const message = { type: 'incomingCall', phoneNumber, uniqueId: '1.2', callCenter: true, raw: {} } as const;
  return { ...buildCallEvent(message, CONTEXT), ...more };
}

const passes = (settings: FilterSettings, event: CallEvent): boolean => createFilter(settings)(event);

describe('filter', () => {
  it('accepts both calls and no connection events by default', () => {
    const filter = createFilter({});
    expect(filter(call('1'))).to.equal(true);
    expect(filter(call('1', { event: 'outgoingCall' }))).to.equal(true);
    expect(filter(buildConnectionEvent('agentConnected', AGENT, null, 0))).to.equal(false);
    for (const settings of [{ numbers: '' }, { numbers: ' \n' }, { callSource: '' }, { events: null }]) {
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

  it('reads long texts in linear time', () => {
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

  it('accepts every number for an empty field, and rejects a list without entries', () => {
    for (const numbers of [undefined, null, '', ' ', '\n']) createFilter({ numbers });
    for (const numbers of [' , ', ',', ',\n,']) {
      expect(() => createFilter({ numbers }), JSON.stringify(numbers))
        .to.throw(AccoladesError, /^Write at least one number.*or clear the field/)
        .with.property('code', 'INVALID_PARAMETER');
    }
  });

  it('does not apply numbers to connection events', () => {
    const filter = createFilter({ events: ['agentConnected'], numbers: '0721', callSource: 'direct' });
    expect(filter(buildConnectionEvent('agentConnected', AGENT, null, 0))).to.equal(true);
  });

  it('distinguishes queue calls from direct ones; an unknown source is neither', () => {
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

  it('accepts only the first ring if set', () => {
    expect(passes({ firstRingOnly: true }, call('1', { firstRing: false }))).to.equal(false);
    expect(passes({ firstRingOnly: true }, call('1'))).to.equal(true);
    expect(passes({ firstRingOnly: false }, call('1', { firstRing: false }))).to.equal(true);
  });

  it('matches a prefix in any spelling with a number in any spelling', () => {
    for (const prefix of [
      '0721',
      '+40721',
      '0040721',
      '07 21',
      '(0721)',
      '+40 721',
      '0721-234',
      '+40 (0)721',
      '0040 (0) 721',
      'tel:+40721',
    ]) {
      for (const number of ['0721234567', '+40721234567', '0040721234567', '0721 234 567', '40721234567']) {
        expect(passes({ numbers: prefix }, call(number)), `${prefix} ${number}`).to.equal(true);
      }
      for (const number of ['0731234567', '+49721234567', '0211234567', '101', 'anonymous', '']) {
        expect(passes({ numbers: prefix }, call(number)), `${prefix} ${number}`).to.equal(false);
      }
    }
  });

  it('matches prefixes of extensions and foreign numbers', () => {
    expect(passes({ numbers: '101' }, call('101'))).to.equal(true);
    expect(passes({ numbers: '10' }, call('101'))).to.equal(true);
    expect(passes({ numbers: '+49' }, call('004930901820'))).to.equal(true);
    expect(passes({ numbers: '+40' }, call('0721234567'))).to.equal(true);
  });

  it('reads a national prefix in the chosen country', () => {
    const german = createFilter({ numbers: '0721' }, 'DE');
    expect(german(call('+49721234567'))).to.equal(true);
    expect(german(call('+40721234567'))).to.equal(false);
  });

  it('accepts a number that matches any of several entries', () => {
    const numbers = '0721, +49\n101';
    for (const number of ['0721234567', '+4930901820', '101'])
      expect(passes({ numbers }, call(number))).to.equal(true);
    expect(passes({ numbers }, call('0731234567'))).to.equal(false);
  });

  it('reads regular expressions with commas and slashes among prefixes', () => {
    const numbers = '/^07(21|22),?[0-9]{6,7}$/, 101 ,/^anonymous$/i,/a\\/b/';
    for (const number of ['0721234567', '101', 'Anonymous', 'a/b']) {
      expect(passes({ numbers }, call(number)), number).to.equal(true);
    }
    for (const number of ['0731234567', '102'])
      expect(passes({ numbers }, call(number)), number).to.equal(false);
  });

  it('matches a regular expression with the number as sent, international, and national if domestic', () => {
    expect(passes({ numbers: '/^0721/' }, call('+40721234567'))).to.equal(true);
    expect(passes({ numbers: '/^0721\\d{6}$/' }, call('+40 721 234 567'))).to.equal(true);
    expect(passes({ numbers: '/^0721/' }, call('+49721234567'))).to.equal(false);
    expect(passes({ numbers: '/^\\+40 721/' }, call('+40 721 234 567'))).to.equal(true);
    expect(passes({ numbers: '/^\\+4021/' }, call('0211234567'))).to.equal(true);
    expect(passes({ numbers: '/^021/' }, call('0211234567'))).to.equal(true);
  });

  it('gives the same answer each time, even with the flags g and y', () => {
    const filter = createFilter({ numbers: '/21/gy' });
    for (let i = 0; i < 4; i++) expect(filter(call('0211234567'))).to.equal(true);
  });

  for (const [settings, part] of [
    [{ numbers: '/(/' }, 'Entry 1 of the numbers is not a regular expression'],
    [
      { numbers: '0721, /unclosed' },
      'Entry 2 of the numbers starts like a regular expression but has no closing',
    ],
    [{ numbers: '/x/q' }, 'Entry 1 of the numbers is not a regular expression'],
    [{ numbers: '0721\n+40, abc' }, 'Entry 3 of the numbers is neither'],
    [{ numbers: '0721;0722' }, 'Put commas between'],
    [{ numbers: '07*' }, 'Entry 1 of the numbers is neither'],
    [{ numbers: `/${'7'.repeat(257)}/` }, 'longer than 256 characters'],
    [{ numbers: '/7/,'.repeat(51) }, '50 regular expressions at most'],
    [{ numbers: '/(.{900}){900}/' }, 'Entry 1 of the numbers cannot be used'],
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

  for (const source of ['^(?=07)', '^07(?![01])', '(?<=07)2', '(?<!07)2', '(7)\\1', '(?<n>7)\\k<n>']) {
    it(`refuses /${source}/, which no linear-time engine can match, and says what to write`, () => {
      expect(() => createFilter({ numbers: `0721, /${source}/` }))
        .to.throw(AccoladesError, /^Entry 2 of the numbers cannot be used.*write what a number may look like/)
        .with.property('code', 'INVALID_PARAMETER');
      expect(() => readNumberList(`0721, /${source}/`), 'the editor says it, too').to.throw(AccoladesError);
    });
  }

  it('accepts text that only looks like look-ahead or a reference', () => {
    expect(passes({ numbers: '/[(?=]\\\\1?|^07/' }, call('0721234567'))).to.equal(true);
    expect(passes({ numbers: '/^\\\\?07\\d{8}$/' }, call('0721234567'))).to.equal(true);
  });

  it('never quotes the input, which may be a secret in the wrong field', () => {
    for (const secret of [
      'f8cb549544',
      'Front desk=f8cb549544',
      '/f8cb549544',
      '/f8cb549544(/',
      '/(?=f8cb549544)/',
    ]) {
      expect(() => createFilter({ numbers: `0721, ${secret}` })).to.throw(
        AccoladesError,
        /^(?:(?!f8cb).)*$/s,
      );
    }
  });

  it('matches every number quickly', () => {
    const hostile = [
      '^(\\+?\\d+[ .-]?)+$',
      '^(\\d*)*$',
      '^(0|00)+$',
      '(0*)*1',
      '0*0*0*0*0*0*0*0*0*0*1',
      '^(0?){32}1$',
    ];
    const filters = hostile.map((source) => createFilter({ numbers: `/${source}/` }));
    const start = process.cpuUsage();
    for (const filter of filters) {
      for (const number of [`${'0'.repeat(28)}x`, '0'.repeat(31), `${'0'.repeat(1_000_000)}x`])
        filter(call(number));
    }
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1_000).to.be.below(1_000);
  });

  it('matches an expression with at most 32 characters', () => {
    expect(passes({ numbers: '/^x{32}$/' }, call('x'.repeat(40)))).to.equal(true);
    expect(passes({ numbers: '/^x{33}/' }, call('x'.repeat(40)))).to.equal(false);
  });

  it('matches common expressions as JavaScript does', () => {
    const sources = fc.constantFrom(
      '^07(21|22)\\d{6}$',
      '^(?:\\+40|0)7',
      '^\\+40(?:72|73)',
      '1\\d\\d$',
      '[^0-9+]',
      '^0(?:2|3)\\d+?$',
      '^\\D*$',
      '\\bx\\b',
      '.',
      '^$',
      '[\\d-]{3,}',
      '^(?<area>021)',
      '\\/|\\.',
    );
    const number = fc.oneof(
      fc.stringMatching(/^[+]?[0-9 .\-/x]{0,20}$/),
      fc.constantFrom('Anonymous', 'a/b', ''),
    );
    fc.assert(
      fc.property(sources, fc.constantFrom('', 'i', 's', 'm', 'u'), number, (source, flags, phoneNumber) => {
        const event = { ...call(phoneNumber), phone: null };
        expect(passes({ numbers: `/${source}/${flags}` }, event)).to.equal(
          new RegExp(source, flags).test(phoneNumber),
        );
      }),
    );
  });
});
