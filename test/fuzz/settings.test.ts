import fc from 'fast-check';
import { createFilter } from '../../packages/core/src/call/filter.ts';
import { AccoladesError } from '../../packages/core/src/errors.ts';
import { parseAccount } from '../../packages/core/src/rest/account.ts';
import { parseDialRequest } from '../../packages/core/src/rest/dial-request.ts';
import { parseAgentList } from '../../packages/core/src/hub/agent-list.ts';
import { parseServerUrl } from '../../packages/core/src/net/server-url.ts';
import { systemClock } from '../../packages/core/src/platform/node/system-clock.ts';
import { WebhookEndpoint } from '../../packages/core/src/webhook/endpoint.ts';
import { PendingReplies } from '../../packages/core/src/webhook/pending-replies.ts';
import { ENDPOINT_PURPOSES } from '../../packages/core/src/webhook/purpose.ts';
import { attack, ATTACK_TIMEOUT_MS, casesOf, type Classes } from './support/attack.ts';
import { mutationsOf, piece } from './support/pieces.ts';

const SHARE = 0.1;
/** Part of generated credentials; no error may contain it. */
const SECRET = 'f8cb549544';
const PASSWORD = 'p&ss w0rd-ü';

/** Fuzzed one after the other. */
const ENDPOINT_SETTINGS = [
  'receives',
  'events',
  'callSource',
  'numbers',
  'secret',
  'secretParameter',
  'allowedAddresses',
  'trustedProxies',
  'maxBodyBytes',
  'country',
  'phoneField',
  'replyLimitMs',
  'ivrFallback',
  'hangupFallback',
];

const joined = (...parts: readonly string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...parts), { maxLength: 20 }).map((chosen) => chosen.join(''));
const common: Classes<unknown> = {
  'any text': { weight: 2, of: fc.string({ unit: 'binary', maxLength: 300 }) },
  'pieces that break parsers': { weight: 2, of: fc.array(piece, { maxLength: 12 }).map((p) => p.join('')) },
  'anything but text': { weight: 2, of: fc.anything() },
};
/** Texts of up to several hundred thousand characters, which reveal superlinear parsers. */
const huge = (...units: readonly string[]): Classes<unknown>[string] => ({
  weight: 0.01,
  of: fc
    .tuple(fc.constantFrom(...units), fc.integer({ min: 10_000, max: 100_000 }))
    .map(([unit, times]) => unit.repeat(times)),
});

/**
 * Runs a parser.
 * @returns its result; null when it refused the input with a typed error that holds no secret
 */
function read<T>(parse: () => T, secret: string): T | null {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof AccoladesError)) throw error;
    if (!error.code.startsWith('INVALID_')) throw new Error(`The code ${error.code}.`, { cause: error });
    if (secret !== '' && error.message.includes(secret)) throw new Error('The error holds the secret.');
    return null;
  }
}

function valid<T>(what: T, wanted: T): void {
  if (JSON.stringify(what) !== JSON.stringify(wanted)) {
    throw new Error(`A valid input was read as ${JSON.stringify(what)}.`);
  }
}

describe('hostile settings', () => {
  const cases = casesOf(SHARE);

  it(`${cases} agent lists`, async () => {
    const classes: Classes<unknown> = {
      ...common,
      'entries at random': {
        weight: 3,
        of: joined(
          'a',
          'Front desk=',
          `x=${SECRET}`,
          ',',
          '\n',
          '\r',
          ' ',
          '"',
          ';',
          '__proto__=1',
          'ș',
          '=',
        ),
      },
      'mutated lists': { weight: 3, of: mutationsOf(`Front desk=${SECRET}, Sales=0a1b2c3d4e\n5f6a7b`) },
      'long lists': huge(',', '\n', ' ', 'a,', `=${SECRET}`, 'a=b ', '\u00a0'),
    };
    await attack('agent lists', SHARE, classes, (typed) => {
      const label = typeof typed === 'string' && /f8cb549544[^,\r\n]*=/.test(typed);
      const agents = read(() => parseAgentList(typed), label ? '' : SECRET);
      if (agents !== null) {
        const sound = agents.every(({ label, idCrm }) => /\S/.test(label) && /^[!-~]{1,128}$/.test(idCrm));
        if (agents.length === 0 || !sound) throw new Error('An agent that is none.');
      }
      // An agent's idCrm does not appear in JSON.
      const known = parseAgentList(`A=${SECRET}\n0a1b2c3d4e`).map(({ label, idCrm }) => [label, idCrm]);
      valid(known, [
        ['A', SECRET],
        ['agent 2', '0a1b2c3d4e'],
      ]);
    });
  }).timeout(ATTACK_TIMEOUT_MS);

  it(`${cases} server addresses`, async () => {
    const parts = [
      'wss:',
      'ws:',
      '//',
      '/',
      ':',
      '@',
      '#',
      '?',
      '.',
      '[::1]',
      'localhost',
      '14327',
      '%00',
      ' ',
    ];
    const classes: Classes<unknown> = {
      ...common,
      'parts at random': { weight: 3, of: joined(...parts, `u:${SECRET}@`) },
      'mutated addresses': {
        weight: 3,
        of: mutationsOf(`wss://u:${SECRET}@h.example:14327/x?y#z`, 'ws://[::1]:9'),
      },
      'long addresses': huge('/', 'wss://', '.', '%', 'a.'),
    };
    await attack('server addresses', SHARE, classes, (typed) => {
      const url = read(() => parseServerUrl(typed), SECRET);
      if (url !== null && !/^wss?:\/\//.test(url.href)) throw new Error('An address that is none.');
      valid(parseServerUrl('ws://pbx.example:1/x'), {
        href: 'ws://pbx.example:1/x',
        encrypted: false,
        exposed: true,
      });
    });
  }).timeout(ATTACK_TIMEOUT_MS);

  it(`${cases} account settings`, async () => {
    const texts: Classes<unknown> = {
      ...common,
      'mutated addresses': { weight: 2, of: mutationsOf('https://u:p@h.example/x?y#z', 'http://[::1]:9/') },
      'mutated numbers': { weight: 1, of: mutationsOf('123456') },
      'mutated passwords': { weight: 2, of: mutationsOf(PASSWORD) },
      'long texts': huge('/', 'https://', '1', ' ', '\u0000', 'ü'),
    };
    const good = { accountNumber: '123456', password: PASSWORD, url: 'https://pbx.example' };
    const field = fc.constantFrom(
      'accountNumber',
      'password',
      'url',
      'accountNumber,url',
      'accountNumber,password,url',
    );
    const classes: Classes<object> = Object.fromEntries(
      Object.entries(texts).map(([name, { weight, of }]) => [
        name,
        {
          weight,
          of: fc.tuple(of, field).map(([value, names]) => ({
            ...good,
            ...Object.fromEntries(names.split(',').map((n) => [n, value])),
          })),
        },
      ]),
    );
    await attack('account settings', SHARE, classes, (settings) => {
      const account = read(() => parseAccount(settings), PASSWORD);
      if (account !== null) {
        const url = new URL(`${account.baseUrl}${account.accountNumber}/ping/`);
        if (!/^https?:$/.test(url.protocol) || account.password === '')
          throw new Error('An account that is none.');
        if (!url.pathname.endsWith(`/${account.accountNumber}/ping/`)) throw new Error('Another path.');
      }
      valid(parseAccount(good).baseUrl, 'https://pbx.example/');
    });
  }).timeout(ATTACK_TIMEOUT_MS);

  it(`${cases} commands to dial`, async () => {
    const number = joined(
      '+',
      '40',
      '021',
      ' ',
      '(0)',
      '-',
      '/',
      '.',
      'tel:',
      '112',
      '\u202d',
      '１',
      'x',
      '#',
      '00',
    );
    const value = fc.oneof(number, ...Object.values(common).map(({ of }) => of));
    const classes: Classes<object> = {
      'hostile numbers': {
        weight: 5,
        of: value.map((phoneNumber) => ({ deviceId: '27', phoneNumber })),
      },
      'hostile devices, formats and countries': {
        weight: 2,
        of: fc.record({
          deviceId: value,
          phoneNumber: number,
          numberFormat: fc.oneof(fc.constantFrom('e164', 'asTyped', ''), value),
          country: fc.oneof(fc.constantFrom('RO', 'de', ''), value),
        }),
      },
      'long numbers': {
        weight: 0.01,
        of: huge('0', '+', ' ', '(0)', '\u200b').of.map((phoneNumber) => ({ deviceId: '27', phoneNumber })),
      },
    };
    await attack('commands to dial', SHARE, classes, (settings) => {
      const request = read(() => parseDialRequest(settings), '');
      if (request !== null && !/^(?:\+?\d{1,17}|[*#][*#\d]{1,30})$/.test(request.phoneNumber))
        throw new Error('A number that is none.');
      valid(parseDialRequest({ deviceId: '27', phoneNumber: '+40 21 123 4567' }).phoneNumber, '0211234567');
    });
  }).timeout(ATTACK_TIMEOUT_MS);

  it(`${cases} filters and settings of endpoints`, async () => {
    const classes: Classes<unknown> = {
      ...common,
      'patterns at random': {
        weight: 3,
        of: joined('/', '\\', '(', ')', '+', '*', '0721', ',', '\n', '[', ']', '|', 'g', '{9,}'),
      },
      'addresses at random': {
        weight: 2,
        of: joined(
          '203.0.113.7',
          '/24',
          '::',
          '1',
          ':',
          ',',
          ' ',
          '%',
          'fe80',
          '::ffff:',
          '[',
          ']',
          '/129',
          '\n',
        ),
      },
      'lists of anything': { weight: 2, of: fc.array(fc.anything(), { maxLength: 3 }) },
      'long texts': huge(',', '\n', ' ', '/', '/a', '0721,', '%\n', '203.0.113.7,'),
    };
    let turn = 0;
    const options = { clock: systemClock, replies: new PendingReplies({ clock: systemClock }) };
    await attack('filters and settings of endpoints', SHARE, classes, (typed) => {
      read(() => createFilter({ numbers: typed }), '');
      read(() => createFilter({ events: typed, callSource: typed }), '');
      const name = ENDPOINT_SETTINGS[turn++ % ENDPOINT_SETTINGS.length] ?? '';
      for (const receives of ENDPOINT_PURPOSES) {
        read(() => new WebhookEndpoint({ receives, [name]: typed }, options), '');
      }
    });
  }).timeout(ATTACK_TIMEOUT_MS);
});
