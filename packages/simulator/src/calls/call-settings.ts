/** How phones and the other parties behave; can be changed at any time. */
export interface CallSettings {
  /**
   * How long an agent's device rings before it is answered automatically, in ms; `null`: only by
   * hand. Default 2,000.
   */
  deviceAnswerMs: number | null;
  /**
   * How long the dialled party rings before it answers automatically, in ms; `null`: only by hand.
   * Default 3,000.
   */
  destinationAnswerMs: number | null;
  /** How long a phone rings without an answer before the call ends, in ms. Default 60,000. */
  ringTimeoutMs: number;
  /**
   * When an answered call ends automatically, in ms; `null` (default): only by hand or by its
   * limit.
   */
  hangUpMs: number | null;
  /**
   * The `uniqueId` of WebSocket events: one for each call, or one for each leg, as Asterisk gives
   * them. Not published. Default `call`.
   */
  uniqueId: IdPer;
  /**
   * The number that a phone shows when a call is transferred to it: the caller's, or that of the
   * phone that transfers. Not published. Default `caller`.
   */
  transferNumber: 'caller' | 'phone';
}

/** What an id belongs to: the whole call, or what one phone does in it. */
export type IdPer = 'call' | 'leg';

export const ID_PER: readonly IdPer[] = ['call', 'leg'];

export const DEFAULT_CALL_SETTINGS: Readonly<CallSettings> = Object.freeze({
  deviceAnswerMs: 2_000,
  destinationAnswerMs: 3_000,
  ringTimeoutMs: 60_000,
  hangUpMs: null,
  uniqueId: 'call',
  transferNumber: 'caller',
});

const LONGEST_MS = 86_400_000;

/** Checks settings from any source. @throws naming the unusable setting */
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
      case 'uniqueId':
        settings[name] = readChoice(name, value, ID_PER);
        break;
      case 'transferNumber':
        settings[name] = readChoice(name, value, ['caller', 'phone']);
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

/** @throws naming the setting and what it can be */
export function readChoice<Choice extends string>(
  name: string,
  value: unknown,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw new Error(`The setting ${name} must be one of ${choices.join(', ')}.`);
  return choice;
}

/** Whether it is a time in whole milliseconds, at most a day. */
export function isDuration(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LONGEST_MS;
}
