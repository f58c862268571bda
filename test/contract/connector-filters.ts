/**
 * Events that the browsers of agents post, with those that reach the flow of both hosts. The
 * filters are those of the trigger.
 */
export interface ConnectorFilterCase {
  readonly name: string;
  readonly settings: {
    readonly callSource?: 'all' | 'callCenter' | 'direct';
    readonly numbers?: string;
    readonly firstRingOnly?: boolean;
  };
  /** The bodies of the posts, in order; each is acknowledged. JSON. */
  readonly posts: readonly string[];
  /** The labels of the agents whose events reach the flow, in order. */
  readonly taken: readonly string[];
}

/** A ring at the browser of an agent. */
const ring = (label: string, fields: Readonly<Record<string, string>> = {}): string =>
  JSON.stringify({
    apiName: 'connectorEvent',
    agent: { label },
    frame: {
      type: 'incomingCall',
      phoneNumber: '0722000111',
      uniqueId: `1608743891.${label}`,
      callCenter: 'yes',
      ...fields,
    },
  });

const connected = (label: string): string =>
  JSON.stringify({ apiName: 'connectorEvent', agent: { label }, event: 'agentConnected' });

const SOURCES = [ring('1'), ring('2', { callCenter: 'no' }), connected('3')];
const NUMBERS = [
  ring('1'),
  ring('2', { phoneNumber: '+40722000111' }),
  ring('3', { phoneNumber: '0211234567' }),
  ring('4', { phoneNumber: 'anonymous' }),
  connected('5'),
];

export const CONNECTOR_FILTER_CASES: readonly ConnectorFilterCase[] = [
  { name: 'calls from everywhere', settings: {}, posts: SOURCES, taken: ['1', '2', '3'] },
  { name: 'queue calls only', settings: { callSource: 'callCenter' }, posts: SOURCES, taken: ['1', '3'] },
  { name: 'direct calls only', settings: { callSource: 'direct' }, posts: SOURCES, taken: ['2', '3'] },
  { name: 'a prefix', settings: { numbers: '0722' }, posts: NUMBERS, taken: ['1', '2', '5'] },
  {
    name: 'a prefix and an expression',
    settings: { numbers: '021, /^anon/' },
    posts: NUMBERS,
    taken: ['3', '4', '5'],
  },
  {
    name: 'every ring of a queue call',
    settings: {},
    posts: ['6', '7', '8'].map((label) => ring(label, { uniqueId: '1608743891.600' })),
    taken: ['6', '7', '8'],
  },
  {
    name: 'the first ring of a queue call',
    settings: { firstRingOnly: true },
    posts: [
      ...['1', '2', '3'].map((label) => ring(label, { uniqueId: '1608743891.700' })),
      ring('4', { uniqueId: '1608743891.701' }),
      ring('5', { uniqueId: '1608743891.700', type: 'outgoingCall' }),
    ],
    taken: ['1', '4', '5'],
  },
];
