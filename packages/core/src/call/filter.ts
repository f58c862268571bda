import { AccoladesError } from '../errors.ts';
import { DEFAULT_COUNTRY } from './phone.ts';
import { EVENT_TYPES, type AccoladesEvent, type AccoladesEventType, type CallEvent } from './call-event.ts';

export type CallSource = 'all' | 'callCenter' | 'direct';

/** What a person chose in a node; anything left out has its default. */
export interface FilterSettings {
  /** Default: the two calls. */
  readonly events?: unknown;
  /** `all` (default), `callCenter`: only from queues and campaigns, `direct`: only the others. */
  readonly callSource?: unknown;
  /** Comma list of prefixes (`0721`, `+40`, `101`) or `/regular expressions/`; empty: every number. */
  readonly numbers?: unknown;
  /** Only events whose `firstRing` is true. Default false. */
  readonly firstRingOnly?: unknown;
}

export type EventFilter = (event: AccoladesEvent) => boolean;

const DEFAULT_EVENTS: readonly AccoladesEventType[] = ['incomingCall', 'outgoingCall'];

/**
 * @param country where prefixes without a country code are at home: `0721` means a Romanian mobile, not Karlsruhe
 * @throws AccoladesError `INVALID_PARAMETER`, naming the setting and what to write.
 */
export function createFilter(settings: FilterSettings, country = DEFAULT_COUNTRY): EventFilter {
  // Kept per node, and four at most: smaller than a set, and as quick.
  const events = [...readEvents(settings.events)];
  const callSource = readCallSource(settings.callSource);
  const matchesNumber = parseNumbers(settings.numbers, country);
  const firstRingOnly = settings.firstRingOnly === true;
  return (event) => {
    if (!events.includes(event.event)) return false;
    if (!('phoneNumber' in event)) return true;
    if (callSource === 'callCenter' && event.callCenter !== true) return false;
    if (callSource === 'direct' && event.callCenter !== false) return false;
    if (firstRingOnly && !event.firstRing) return false;
    return matchesNumber === null || matchesNumber(event);
  };
}

/** The chosen events, in the order of {@link EVENT_TYPES}. */
export function readEvents(events: unknown): ReadonlySet<AccoladesEventType> {
  if (events === undefined || events === null) return new Set(DEFAULT_EVENTS);
  if (!Array.isArray(events)) throw invalid('Events must be a list.');
  const chosen: readonly unknown[] = events;
  for (const event of chosen) {
    if (!EVENT_TYPES.some((known) => known === event)) {
      const named = typeof event === 'string' ? event : typeof event;
      throw invalid(`There is no event “${named}”. Choose from ${EVENT_TYPES.join(', ')}.`);
    }
  }
  if (chosen.length === 0) throw invalid('No event is chosen. Choose at least one.');
  return new Set(EVENT_TYPES.filter((known) => chosen.includes(known)));
}

function readCallSource(callSource: unknown): CallSource {
  if (callSource === undefined || callSource === null || callSource === '') return 'all';
  if (callSource === 'all' || callSource === 'callCenter' || callSource === 'direct') return callSource;
  throw invalid('The call source must be all, callCenter or direct.');
}

type NumberMatcher = (call: CallEvent) => boolean;

/** A regular expression sees at most so many characters of a number, which bounds what a bad one can cost. */
const MAX_MATCHED_CHARS = 64;

/** Null when every number passes. */
function parseNumbers(numbers: unknown, country: string): NumberMatcher | null {
  if (numbers === undefined || numbers === null) return null;
  if (typeof numbers !== 'string') throw invalid('Numbers must be text: prefixes or /regular expressions/.');
  const matchers = splitList(numbers).map((entry) =>
    entry.startsWith('/') ? regexMatcher(entry) : prefixMatcher(entry, country),
  );
  return matchers.length === 0 ? null : (call) => matchers.some((matches) => matches(call));
}

/** Splits at commas and new lines, but not inside a /regular expression/. */
function splitList(text: string): string[] {
  // Each part of the pattern stops where the next begins, so that the time grows with the length of the text only.
  return [...text.matchAll(/[^\S\n]*(\/(?:[^/\\\n]|\\.)*\/[a-z]*(?=[^\S\n]*(?:,|\n|$))|[^,\n]+)/g)]
    .map((match) => match[1]?.trim() ?? '')
    .filter((entry) => entry !== '');
}

function regexMatcher(entry: string): NumberMatcher {
  const [, source, flags] = /^\/(.*)\/([a-z]*)$/s.exec(entry) ?? [];
  if (source === undefined) {
    throw invalid(`“${entry}” starts like a regular expression but has no closing “/”.`);
  }
  let regex: RegExp;
  try {
    // Without g and y, which would make a test depend on the one before.
    regex = new RegExp(source, (flags ?? '').replace(/[gy]/g, ''));
  } catch {
    throw invalid(`“${entry}” is not a regular expression that can be read.`);
  }
  return ({ phoneNumber, phone }) =>
    regex.test(phoneNumber.slice(0, MAX_MATCHED_CHARS)) || (phone !== null && regex.test(phone.e164));
}

function prefixMatcher(entry: string, country: string): NumberMatcher {
  const prefix = digitsOf(entry);
  if (!/^\+?\d+$/.test(prefix)) {
    throw invalid(
      `“${entry}” is neither the beginning of a number (such as 0721 or +40) nor a /regular expression/.`,
    );
  }
  return ({ phoneNumber, phone }) =>
    digitsOf(phoneNumber).startsWith(prefix) ||
    (phone !== null &&
      (phone.e164.startsWith(prefix) ||
        (phone.country === country && digitsOf(phone.national).startsWith(prefix))));
}

/** Without spaces and punctuation, and with `+` for the international `00`. */
function digitsOf(text: string): string {
  return text
    .slice(0, MAX_MATCHED_CHARS)
    .replace(/[\s().\-/]/g, '')
    .replace(/^00(?=[1-9])/, '+');
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_PARAMETER', { what });
}
