import { readFields, readNumber, readNumbers, readText, readTexts } from '../support/read.ts';

/** Faults that break a connection at once, so that bytes in flight are lost. */
export type Breakage =
  'terminate' | 'halfOpen' | 'reset' | 'cut' | 'deafUp' | 'deafDown' | 'deafBoth' | 'brokenFrame';
/** Faults that end or disturb a connection without losing anything sent before. */
export type Disturbance =
  | 'close'
  | 'connectionClosed'
  | 'connectionClosedOnly'
  | 'logout'
  | 'refuse'
  | 'commas'
  | 'text'
  | 'truncated'
  | 'binary'
  | 'nested'
  | 'huge';
/** Faults that delay bytes for a while; a break may lose the delayed bytes. */
export type Slowness = 'stall' | 'trickle' | 'crumbs';

/** Orders to the PBX's process. */
export type PbxOrder =
  | {
      readonly do: 'call';
      readonly number: number;
      readonly agents: readonly string[];
      readonly phoneNumber: string;
    }
  | { readonly do: 'break'; readonly agent: string; readonly how: Breakage }
  | {
      readonly do: 'disturb';
      readonly agent: string;
      readonly how: Disturbance;
      readonly ms: number;
      readonly reason: string;
    }
  | { readonly do: 'slow'; readonly agent: string; readonly how: Slowness; readonly ms: number }
  | { readonly do: 'restart'; readonly abrupt: boolean; readonly ms: number }
  | { readonly do: 'mute'; readonly ms: number }
  | { readonly do: 'addAgent'; readonly agent: string }
  | { readonly do: 'removeAgent'; readonly agent: string }
  | { readonly do: 'heal' }
  | { readonly do: 'report' };

/** Reports of the PBX's process. Lines are the client's connections, by the client's numbers. */
export type PbxMessage =
  | { readonly kind: 'listening'; readonly port: number }
  /** The call was written to these lines (of the agents with the same index). */
  | {
      readonly kind: 'called';
      readonly number: number;
      readonly agents: readonly string[];
      readonly lines: readonly number[];
    }
  /** These lines were broken. */
  | { readonly kind: 'broke'; readonly lines: readonly number[] }
  /** Nothing that the client sends on these lines arrives; the PBX's messages still do. */
  | { readonly kind: 'deafened'; readonly lines: readonly number[] }
  /** Data in flight on these lines is delayed by up to this many milliseconds. */
  | { readonly kind: 'slowed'; readonly lines: readonly number[]; readonly ms: number }
  | {
      readonly kind: 'report';
      readonly sessions: number;
      readonly maxSessionsPerAgent: number;
      readonly connects: number;
    };

export function readPbxMessage(message: unknown): PbxMessage {
  const fields = readFields(message);
  switch (fields['kind']) {
    case 'listening':
      return { kind: 'listening', port: readNumber(fields, 'port') };
    case 'called':
      return {
        kind: 'called',
        number: readNumber(fields, 'number'),
        agents: readTexts(fields, 'agents'),
        lines: readNumbers(fields, 'lines'),
      };
    case 'broke':
    case 'deafened':
      return { kind: fields['kind'], lines: readNumbers(fields, 'lines') };
    case 'slowed':
      return { kind: 'slowed', lines: readNumbers(fields, 'lines'), ms: readNumber(fields, 'ms') };
    case 'report':
      return {
        kind: 'report',
        sessions: readNumber(fields, 'sessions'),
        maxSessionsPerAgent: readNumber(fields, 'maxSessionsPerAgent'),
        connects: readNumber(fields, 'connects'),
      };
    default:
      throw new Error('This is nothing that the PBX says.');
  }
}

const ORDERS: readonly PbxOrder['do'][] = [
  'call',
  'break',
  'disturb',
  'slow',
  'restart',
  'mute',
  'addAgent',
  'removeAgent',
  'heal',
  'report',
];
const BREAKAGES: readonly Breakage[] = [
  'terminate',
  'halfOpen',
  'reset',
  'cut',
  'deafUp',
  'deafDown',
  'deafBoth',
  'brokenFrame',
];
const DISTURBANCES: readonly Disturbance[] = [
  'close',
  'connectionClosed',
  'connectionClosedOnly',
  'logout',
  'refuse',
  'commas',
  'text',
  'truncated',
  'binary',
  'nested',
  'huge',
];
const SLOWNESSES: readonly Slowness[] = ['stall', 'trickle', 'crumbs'];

export function readPbxOrder(message: unknown): PbxOrder {
  const fields = readFields(message);
  const order = oneOf(ORDERS, readText(fields, 'do'));
  switch (order) {
    case 'call':
      return {
        do: order,
        number: readNumber(fields, 'number'),
        agents: readTexts(fields, 'agents'),
        phoneNumber: readText(fields, 'phoneNumber'),
      };
    case 'break':
      return { do: order, agent: readText(fields, 'agent'), how: oneOf(BREAKAGES, readText(fields, 'how')) };
    case 'disturb':
      return {
        do: order,
        agent: readText(fields, 'agent'),
        how: oneOf(DISTURBANCES, readText(fields, 'how')),
        ms: readNumber(fields, 'ms'),
        reason: readText(fields, 'reason'),
      };
    case 'slow':
      return {
        do: order,
        agent: readText(fields, 'agent'),
        how: oneOf(SLOWNESSES, readText(fields, 'how')),
        ms: readNumber(fields, 'ms'),
      };
    case 'restart':
      return { do: order, abrupt: fields['abrupt'] === true, ms: readNumber(fields, 'ms') };
    case 'mute':
      return { do: order, ms: readNumber(fields, 'ms') };
    case 'addAgent':
    case 'removeAgent':
      return { do: order, agent: readText(fields, 'agent') };
    case 'heal':
    case 'report':
      return { do: order };
  }
}

function oneOf<T extends string>(known: readonly T[], text: string): T {
  const found = known.find((one) => one === text);
  if (found === undefined) throw new Error(`There is no “${text}”.`);
  return found;
}
