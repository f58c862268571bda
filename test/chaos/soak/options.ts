import { parseArgs } from 'node:util';

export interface SoakOptions {
  readonly minutes: number;
  /** The same seed makes the same decisions; their effects also depend on the machine. */
  readonly seed: number;
  readonly agents: number;
  readonly owners: number;
  readonly callsPerSecond: number;
  /** The speed of the sessions' clock; faults and deploys come faster by the same factor. */
  readonly speed: number;
}

export const USAGE = `npm run soak -- [options]

  --minutes N            how long, default 30
  --seed N               what decides, default: at random (and printed)
  --agents N             default 30
  --owners N             nodes that subscribe to agents, default 40
  --calls-per-second N   default 60
  --speed N              runs the sessions' clock N times as fast, default 1`;

/** @throws with the usage when an option is unknown or not a number */
export function parseOptions(args: readonly string[]): SoakOptions {
  const number = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: number,
      seed: number,
      agents: number,
      owners: number,
      'calls-per-second': number,
      speed: number,
    },
  });
  const read = (name: keyof typeof values, fallback: number): number => {
    const value = Number(values[name] ?? fallback);
    if (!(value > 0)) throw new Error(`--${name} must be a number above 0.\n\n${USAGE}`);
    return value;
  };
  return {
    minutes: read('minutes', 30),
    seed: Math.floor(read('seed', 1 + Math.floor(Math.random() * 1e9))),
    agents: Math.floor(read('agents', 30)),
    owners: Math.floor(read('owners', 40)),
    callsPerSecond: read('calls-per-second', 60),
    speed: read('speed', 1),
  };
}
