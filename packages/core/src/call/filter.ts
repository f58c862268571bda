import { AccoladesError } from '../errors.ts';
import { compileExpression } from './number-expression.ts';
import { digitsOf, MAX_MATCHED_CHARS, readNumberList } from './number-list.ts';
import { DEFAULT_COUNTRY } from './phone.ts';
import { EVENT_TYPES, type AccoladesEvent, type AccoladesEventType, type CallEvent } from './call-event.ts';

export type CallSource = 'all' | 'callCenter' | 'direct';

/** The filter settings of a node. Missing settings have their defaults. */
export interface FilterSettings {
  /** Default: incoming and outgoing calls. */
  readonly events?: unknown;
  /**
   * `all` (default), `callCenter` (only from queues and campaigns) or `direct` (only the others).
   */
  readonly callSource?: unknown;
  /**
   * Prefixes (`0721`, `+40`, `101`) or `/regular expressions/`, separated by commas. Empty: all
   * numbers.
   */
  readonly numbers?: unknown;
  /** Accept only events whose `firstRing` is true. Default false. */
  readonly firstRingOnly?: unknown;
}

export type EventFilter = (event: AccoladesEvent) => boolean;

const DEFAULT_EVENTS: readonly AccoladesEventType[] = ['incomingCall', 'outgoingCall'];

/**
 * @param country the country of prefixes without a country code: `0721` is a Romanian mobile
 *   prefix, and in Germany that of Karlsruhe
 * @throws AccoladesError `INVALID_PARAMETER`, with the setting and what to write
 */
export function createFilter(settings: FilterSettings, country = DEFAULT_COUNTRY): EventFilter {
  // At most four entries per node: an array is smaller than a set, and as fast.
  const events = [...readEvents(settings.events)];
  const callSource = readCallSource(settings.callSource);
  const matchesNumber = numberMatcher(settings.numbers, country);
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

/** Returns the chosen events in the order of {@link EVENT_TYPES}. */
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

/** Returns null when every number passes. */
function numberMatcher(numbers: unknown, country: string): NumberMatcher | null {
  const matchers = readNumberList(numbers).map((entry) =>
    entry.kind === 'prefix'
      ? prefixMatcher(entry.prefix, country)
      : expressionMatcher(compileExpression(entry.expression), country),
  );
  return matchers.length === 0 ? null : (call) => matchers.some((matches) => matches(call));
}

/**
 * Matches the number as sent, in international form, and for domestic numbers the national digits.
 */
function expressionMatcher(matches: (text: string) => boolean, country: string): NumberMatcher {
  return ({ phoneNumber, phone }) =>
    matches(phoneNumber.slice(0, MAX_MATCHED_CHARS)) ||
    (phone !== null &&
      (matches(phone.e164) || (phone.country === country && matches(digitsOf(phone.national)))));
}

function prefixMatcher(prefix: string, country: string): NumberMatcher {
  return ({ phoneNumber, phone }) =>
    digitsOf(phoneNumber).startsWith(prefix) ||
    (phone !== null &&
      (phone.e164.startsWith(prefix) ||
        (phone.country === country && digitsOf(phone.national).startsWith(prefix))));
}

function invalid(what: string): AccoladesError {
  return new AccoladesError('INVALID_PARAMETER', { what });
}
