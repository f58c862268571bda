import { AccoladesError } from '../errors.ts';
import { DEFAULT_OUTCOME_SETTINGS, type HangupReports, type OutcomeSettings } from './contract.ts';

/** Every setting of which phones report a hang-up, the default first. */
export const HANGUP_REPORTS: readonly HangupReports[] = ['unknown', 'every', 'answered', 'last'];

/** Longest wait for the end of a call, in seconds. */
const MAX_WAIT_S = 3_600;

/** The settings of a node as typed. Missing settings have their defaults. */
export interface OutcomeNodeSettings {
  /** Seconds, 0 to 3600. @default 30 */
  readonly waitAnswered?: unknown;
  /** Seconds, 0 to 3600. @default 60 */
  readonly waitUnanswered?: unknown;
  /** One of {@link HANGUP_REPORTS}. @default unknown */
  readonly hangups?: unknown;
  /** @default true */
  readonly seesAllNotifications?: unknown;
}

/** @throws AccoladesError `INVALID_PARAMETER`, with the setting */
export function readOutcomeSettings(settings: OutcomeNodeSettings): OutcomeSettings {
  const { waitAnsweredMs, waitUnansweredMs } = DEFAULT_OUTCOME_SETTINGS;
  return {
    waitAnsweredMs: readWait(settings.waitAnswered, 'answered', waitAnsweredMs),
    waitUnansweredMs: readWait(settings.waitUnanswered, 'unanswered', waitUnansweredMs),
    hangups: readHangups(settings.hangups),
    seesAllNotifications: settings.seesAllNotifications !== false,
  };
}

function readWait(value: unknown, calls: string, defaultMs: number): number {
  if (value === undefined || value === null || value === '') return defaultMs;
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof seconds === 'number' && seconds >= 0 && seconds <= MAX_WAIT_S)
    return Math.round(seconds * 1_000);
  throw invalid(`Set the wait for ${calls} calls to 0 to ${MAX_WAIT_S} seconds.`);
}

function readHangups(value: unknown): HangupReports {
  if (value === undefined || value === null || value === '') return DEFAULT_OUTCOME_SETTINGS.hangups;
  const known = HANGUP_REPORTS.find((one) => one === value);
  if (known !== undefined) return known;
  throw invalid(`Set which phones report a hang-up to one of ${HANGUP_REPORTS.join(', ')}.`);
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_PARAMETER', { what });
}
