/**
 * Faults that stay until they are cleared. All are off by default. One-time faults (a dropped
 * session, garbage) are methods of the simulator.
 */
export interface FaultSettings {
  /**
   * Accept TCP connections without reading anything, not even a TLS handshake. Only for all agents.
   */
  silentTcp: boolean;
  /** Accept the connection, read the HTTP request and never answer it. Only for all agents. */
  neverUpgrade: boolean;
  /** Answer the HTTP upgrade with this status (400 to 599). 0: off. Only for all agents. */
  upgradeStatus: number;
  /** Never answer an `authRequest`. */
  noAuthAnswer: boolean;
  /** Answer an `authRequest` this many milliseconds late. 0: off. */
  authDelayMs: number;
  /** Send the success of an authentication twice. */
  authTwice: boolean;
  /** Refuse every authentication with this reason. Empty: off. */
  refuseWith: string;
  /** Wait this many milliseconds before each frame. 0: off. */
  frameDelayMs: number;
  /** Send at most this many bytes per second, in small pieces. 0: off. */
  bytesPerSecond: number;
  /** Never answer `configuration`. */
  noConfigurationAnswer: boolean;
  /** Never answer `version`. */
  noVersionAnswer: boolean;
  /** Send no pings and answer none. */
  noPong: boolean;
  /** Send calls and configurations with the comma mistakes of the vendor's samples. */
  seedCommas: boolean;
  /** At logout, send `connectionClosed` but keep the connection open. */
  logoutWithoutClose: boolean;
}

export type FaultName = keyof FaultSettings;

export const NO_FAULTS: Readonly<FaultSettings> = Object.freeze({
  silentTcp: false,
  neverUpgrade: false,
  upgradeStatus: 0,
  noAuthAnswer: false,
  authDelayMs: 0,
  authTwice: false,
  refuseWith: '',
  frameDelayMs: 0,
  bytesPerSecond: 0,
  noConfigurationAnswer: false,
  noVersionAnswer: false,
  noPong: false,
  seedCommas: false,
  logoutWithoutClose: false,
});

/** Every fault, in the order of the definition. */
export const FAULT_NAMES: readonly FaultName[] = [
  'silentTcp',
  'neverUpgrade',
  'upgradeStatus',
  'noAuthAnswer',
  'authDelayMs',
  'authTwice',
  'refuseWith',
  'frameDelayMs',
  'bytesPerSecond',
  'noConfigurationAnswer',
  'noVersionAnswer',
  'noPong',
  'seedCommas',
  'logoutWithoutClose',
];

/** Faults that act before the client has identified its agent. */
export const CONNECTION_FAULTS: readonly FaultName[] = ['silentTcp', 'neverUpgrade', 'upgradeStatus'];

const LONGEST_DELAY_MS = 3_600_000;

/** Checks settings from any source. @throws naming the unusable setting */
export function readFaultSettings(input: object): Partial<FaultSettings> {
  const settings: Partial<FaultSettings> = {};
  const entries: [string, unknown][] = Object.entries(input);
  for (const [name, value] of entries) {
    const bad = (wanted: string): Error => new Error(`The fault ${name} must be ${wanted}.`);
    switch (name) {
      case 'silentTcp':
      case 'neverUpgrade':
      case 'noAuthAnswer':
      case 'authTwice':
      case 'noConfigurationAnswer':
      case 'noVersionAnswer':
      case 'noPong':
      case 'seedCommas':
      case 'logoutWithoutClose':
        if (typeof value !== 'boolean') throw bad('true or false');
        settings[name] = value;
        break;
      case 'upgradeStatus':
        if (!isWhole(value, 599) || (value !== 0 && value < 400)) throw bad('0 or a status from 400 to 599');
        settings[name] = value;
        break;
      case 'authDelayMs':
      case 'frameDelayMs':
        if (!isWhole(value, LONGEST_DELAY_MS)) throw bad('milliseconds, from 0 to an hour');
        settings[name] = value;
        break;
      case 'bytesPerSecond':
        if (!isWhole(value, 1_000_000_000)) throw bad('a number of bytes');
        settings[name] = value;
        break;
      case 'refuseWith':
        if (typeof value !== 'string' || value.length > 200) throw bad('text of up to 200 characters');
        settings[name] = value;
        break;
      default:
        throw new Error(`There is no fault named ${name.slice(0, 40)}.`);
    }
  }
  return settings;
}

function isWhole(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max;
}
