/** How the REST API behaves; can be changed at any time. */
export interface RestSettings {
  /**
   * An IP address is blocked after this many invalid requests in a row; 0: never. Not published.
   * Default 10.
   */
  maxInvalidRequests: number;
  /** The duration of a block, in milliseconds. Not published. Default 60,000. */
  blacklistMs: number;
  /** The largest request body, in bytes; a larger one gets 413. Not published. Default 8,192. */
  maxBodyBytes: number;
  /** A fault: answer everything with this status (400 to 599). 0 (default): off. */
  failWith: number;
  /** A fault: answer this many milliseconds late. 0 (default): off. */
  answerDelayMs: number;
  /** A fault: never answer. Default false. */
  neverAnswer: boolean;
}

export const DEFAULT_REST_SETTINGS: Readonly<RestSettings> = Object.freeze({
  maxInvalidRequests: 10,
  blacklistMs: 60_000,
  maxBodyBytes: 8_192,
  failWith: 0,
  answerDelayMs: 0,
  neverAnswer: false,
});

/** Checks settings from any source. @throws naming the unusable setting */
export function readRestSettings(input: object): Partial<RestSettings> {
  const settings: Partial<RestSettings> = {};
  const entries: [string, unknown][] = Object.entries(input);
  for (const [name, value] of entries) {
    if (value === undefined) continue;
    const bad = (wanted: string): Error => new Error(`The setting ${name} must be ${wanted}.`);
    switch (name) {
      case 'maxInvalidRequests':
        if (!isWhole(value, 0, 1_000_000)) throw bad('a number of requests');
        settings[name] = value;
        break;
      case 'blacklistMs':
        if (!isWhole(value, 1, 86_400_000)) throw bad('milliseconds, from 1 to a day');
        settings[name] = value;
        break;
      case 'answerDelayMs':
        if (!isWhole(value, 0, 3_600_000)) throw bad('milliseconds, from 0 to an hour');
        settings[name] = value;
        break;
      case 'maxBodyBytes':
        if (!isWhole(value, 1, 10_000_000)) throw bad('a number of bytes');
        settings[name] = value;
        break;
      case 'failWith':
        if (!isWhole(value, 0, 599) || (value !== 0 && value < 400))
          throw bad('0 or a status from 400 to 599');
        settings[name] = value;
        break;
      case 'neverAnswer':
        if (typeof value !== 'boolean') throw bad('true or false');
        settings[name] = value;
        break;
      default:
        throw new Error(`There is no setting named ${name.slice(0, 40)}.`);
    }
  }
  return settings;
}

function isWhole(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}
