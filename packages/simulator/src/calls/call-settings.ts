/** How phones and the other parties behave; can be changed at any time. */
export interface CallSettings {
  /**
   * How long an agent's device rings until it is answered by itself, in ms; `null`: by hand only.
   * Default 2,000.
   */
  deviceAnswerMs: number | null;
  /**
   * How long the dialled party rings until it answers by itself, in ms; `null`: by hand only.
   * Default 3,000.
   */
  destinationAnswerMs: number | null;
  /** How long anybody rings in vain until the call ends, in ms. Default 60,000. */
  ringTimeoutMs: number;
  /**
   * After how long an answered call ends by itself, in ms; `null`, the default: by hand or by its
   * limit only.
   */
  hangUpMs: number | null;
}

export const DEFAULT_CALL_SETTINGS: Readonly<CallSettings> = Object.freeze({
  deviceAnswerMs: 2_000,
  destinationAnswerMs: 3_000,
  ringTimeoutMs: 60_000,
  hangUpMs: null,
});

const LONGEST_MS = 86_400_000;

/** Checks settings from anywhere. @throws with the name of the setting that is not usable */
export function readCallSettings(input: object): Partial<CallSettings> {
  const settings: Partial<CallSettings> = {};
  const entries: [string, unknown][] = Object.entries(input);
  for (const [name, value] of entries) {
    if (value === undefined) continue;
    switch (name) {
      case 'deviceAnswerMs':
      case 'destinationAnswerMs':
      case 'hangUpMs':
        if (value !== null && !isDuration(value)) throw bad(name);
        settings[name] = value;
        break;
      case 'ringTimeoutMs':
        if (!isDuration(value)) throw bad(name);
        settings[name] = value;
        break;
      default:
        throw new Error(`There is no setting named ${name.slice(0, 40)}.`);
    }
  }
  return settings;
}

function bad(name: string): Error {
  return new Error(`The setting ${name} must be milliseconds, from 0 to a day.`);
}

function isDuration(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LONGEST_MS;
}
