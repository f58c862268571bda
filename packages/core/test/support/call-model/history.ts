import { CallTracker } from '../../../src/outcome/call-tracker.ts';
import type { CallRecord, HangupReports, OutcomeStatus } from '../../../src/outcome/contract.ts';
import { parseNotification } from '../../../src/webhook/notification.ts';
import { FakeClock } from '../fake-clock.ts';
import { phoneIdOf, posted, type Hypothesis } from './posted.ts';
import type { RealCall } from './real-call.ts';

/** What goes wrong on the way from Accolades to the endpoint. Times are seconds. */
export interface Disturbance {
  /** How late each notification comes, in turn: so that they overtake each other. */
  readonly delays: readonly number[];
  /** Which notifications come a second time, 3 s later. */
  readonly doubled: readonly number[];
  /** Which notification is lost; null: none. */
  readonly lost: number | null;
  /** When the endpoint goes away for 30 s; null: never. */
  readonly awayAt: number | null;
  /** When the endpoint's node is deployed again, with its memory kept; null: never. */
  readonly redeployAt: number | null;
  /** When the process is restarted; null: never. */
  readonly restartAt: number | null;
}

export const UNDISTURBED: Disturbance = {
  delays: [],
  doubled: [],
  lost: null,
  awayAt: null,
  redeployAt: null,
  restartAt: null,
};

export interface HistoryOptions {
  readonly calls: readonly RealCall[];
  readonly hypothesis: Hypothesis;
  readonly hangups: HangupReports;
  /** Whether sessions report the id of the call, or one for each leg. */
  readonly idPer: 'call' | 'leg';
  readonly disturbance: Disturbance;
}

/** One call of a history, and what was told of it. */
export interface Told {
  readonly call: RealCall;
  readonly callId: string;
  /** Notifications that reached an endpoint. */
  readonly arrived: number;
  /** Whether its answer was posted, and lost on the way with nobody noticing. */
  readonly isAnswerLost: boolean;
  readonly records: readonly CallRecord[];
}

/** Before the first call: phones have reported, and the endpoint is known to be there. */
const WARM_UP_S = 600;
const AWAY_S = 30;
const DOUBLED_S = 3;

interface Step {
  readonly at: number;
  readonly run: (history: History) => void;
}

/** Plays calls, and what is posted and seen of them, against call trackers. */
class History {
  readonly clock = new FakeClock();
  readonly records: CallRecord[] = [];
  readonly arrived = new Map<string, number>();
  readonly options: HistoryOptions;
  isAway = false;
  tracker: CallTracker;

  constructor(options: HistoryOptions) {
    this.options = options;
    this.tracker = this.start();
  }

  start(): CallTracker {
    const tracker = new CallTracker({
      clock: this.clock,
      settings: { hangups: this.options.hangups },
      agentOf: (phoneId) => ({ label: `phone ${phoneId}`, id: '321' }),
      onRecord: (record) => {
        this.records.push(record);
      },
    });
    tracker.opened();
    return tracker;
  }

  post(fields: Readonly<Record<string, string>>): void {
    if (this.isAway) return;
    const { callId } = fields;
    if (callId !== undefined) this.arrived.set(callId, (this.arrived.get(callId) ?? 0) + 1);
    const context = { country: 'RO', receivedAt: this.clock.now() };
    this.tracker.notified(parseNotification({ ...fields }, context));
  }
}

/** @returns what was told of each call, and the trackers' state at the end */
export function play(options: HistoryOptions): {
  told: readonly Told[];
  status: OutcomeStatus;
  timers: number;
} {
  const history = new History(options);
  history.clock.advance(WARM_UP_S * 1_000);
  for (const phone of ['A', 'B', 'C'] as const) {
    history.post({ apiName: 'callNotification', event: 'hello', userId: phoneIdOf(phone) });
  }
  const startedAt = history.clock.now();
  const ids = options.calls.map(({ startsAt = 0 }, index) => callIdOf(startedAt + startsAt * 1_000, index));
  const steps = [
    ...options.calls.flatMap((call, index) => stepsOf(call, ids[index] ?? '', options)),
    ...disturbing(options),
  ];
  let now = 0;
  for (const step of steps.sort((one, other) => one.at - other.at)) {
    history.clock.advance(Math.max(0, Math.round((step.at - now) * 1_000)));
    now = Math.max(now, step.at);
    step.run(history);
  }
  history.clock.advance(6 * 3_600_000);
  const told = options.calls.map((call, index): Told => {
    const callId = ids[index] ?? '';
    return {
      call,
      callId,
      arrived: history.arrived.get(callId) ?? 0,
      isAnswerLost: isAnswerLost(call, callId, options),
      records: history.records.filter((record) => record.callId === callId),
    };
  });
  return { told, status: history.tracker.status, timers: history.clock.pending };
}

function callIdOf(startedAt: number, index: number): string {
  return `${Math.floor(startedAt / 1_000)}.${index + 1}`;
}

function stepsOf(call: RealCall, callId: string, options: HistoryOptions): Step[] {
  const from = call.startsAt ?? 0;
  const { delays, doubled, lost } = options.disturbance;
  const notifications = posted(call, callId, options.hypothesis).flatMap(({ at, fields }, index): Step[] => {
    if (index === lost) return [];
    const arrivesAt = from + at + (delays[index] ?? 0);
    const run = (history: History): void => {
      history.post(fields);
    };
    const once = { at: arrivesAt, run };
    return doubled.includes(index) ? [once, { at: arrivesAt + DOUBLED_S, run }] : [once];
  });
  return [...sightings(call, callId, options), ...notifications, ...dial(call)];
}

function dial({ dialledBy, number, startsAt = 0 }: RealCall): Step[] {
  if (dialledBy === undefined) return [];
  const run = ({ tracker }: History): void => {
    tracker.dialled({ deviceId: phoneIdOf(dialledBy), phoneNumber: number });
  };
  return [{ at: startsAt - 1, run }];
}

function sightings(call: RealCall, callId: string, { idPer }: HistoryOptions): Step[] {
  const seen = call.facts.filter(
    ({ what, phone }) =>
      (what === 'rings' || what === 'dials') && call.withoutSession?.includes(phone) !== true,
  );
  return seen.map(({ at, phone, what }) => ({
    // The session hears of a ring before anything of it can be posted.
    at: (call.startsAt ?? 0) + at,
    run: ({ tracker }) => {
      tracker.sighted({
        direction: what === 'rings' ? 'incoming' : 'outgoing',
        uniqueId: idPer === 'call' ? callId : `${callId}${phoneIdOf(phone)}${at}`,
        phoneNumber: call.number,
        callCenter: call.callCenter ?? false,
        phoneId: phoneIdOf(phone),
      });
    },
  }));
}

function disturbing({ disturbance, hangups }: HistoryOptions): Step[] {
  const { awayAt, redeployAt, restartAt } = disturbance;
  const steps: Step[] = [];
  if (awayAt !== null) {
    const leave = (history: History): void => {
      history.isAway = true;
      history.tracker.closed();
    };
    const back = (history: History): void => {
      history.isAway = false;
      history.tracker.opened();
    };
    steps.push({ at: awayAt, run: leave }, { at: awayAt + AWAY_S, run: back });
  }
  if (redeployAt !== null) {
    steps.push({
      at: redeployAt,
      run: ({ tracker }) => {
        tracker.configure({ hangups });
      },
    });
  }
  if (restartAt !== null) {
    const run = (history: History): void => {
      history.tracker.processEnds();
      history.tracker = history.start();
      if (history.isAway) history.tracker.closed();
    };
    steps.push({ at: restartAt, run });
  }
  return steps;
}

function isAnswerLost(call: RealCall, callId: string, { hypothesis, disturbance }: HistoryOptions): boolean {
  if (disturbance.lost === null) return false;
  const { fields } = posted(call, callId, hypothesis)[disturbance.lost] ?? {};
  return fields?.['event'] === 'answer';
}
