import type { PbxOrder } from './pbx-messages.ts';
import type { SeededRandom } from './seeded-random.ts';

/** The relative frequency of each kind of fault. */
const FAULTS = { break: 30, disturb: 55, slow: 12, restart: 1, mute: 1.5 } as const;
const BREAKAGES = [
  'terminate',
  'halfOpen',
  'reset',
  'cut',
  'deafUp',
  'deafDown',
  'deafBoth',
  'brokenFrame',
] as const;
const DISTURBANCES = [
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
] as const;
const SLOWNESSES = ['stall', 'trickle', 'crumbs'] as const;
const REASONS = [
  'ID_NOT_FOUND',
  'IP_MISSMATCH',
  'IP_MISMATCH',
  'CONNECTION_EXISTS',
  'SOMETHING_NEW',
] as const;
/** The relative frequency of each kind of deploy. */
export const DEPLOYS = {
  redeploy: 40,
  redeployAtOnce: 15,
  redeployPaused: 15,
  takeOver: 8,
  otherAgents: 8,
  outstayLinger: 5,
  replace: 6,
  newAgent: 3,
} as const;

/** A random fault. @param real converts milliseconds of the session clock to real ones */
export function randomFault(random: SeededRandom, agent: string, real: (ms: number) => number): PbxOrder {
  const kind = random.weighted(FAULTS);
  switch (kind) {
    case 'break':
      return { do: kind, agent, how: random.pick(BREAKAGES) };
    case 'disturb': {
      const ms = real(random.whole(1_000, 15_000));
      return { do: kind, agent, how: random.pick(DISTURBANCES), ms, reason: random.pick(REASONS) };
    }
    case 'slow':
      return { do: kind, agent, how: random.pick(SLOWNESSES), ms: real(random.whole(1_000, 10_000)) };
    case 'restart':
      return { do: kind, abrupt: random.next() < 0.5, ms: real(random.whole(500, 5_000)) };
    case 'mute':
      return { do: kind, ms: real(random.whole(1_000, 20_000)) };
  }
}
