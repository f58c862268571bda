import { expect } from 'chai';
import fc from 'fast-check';
import { play, type Disturbance, type HistoryOptions, type Told } from '../support/call-model/history.ts';
import { HYPOTHESES, RIGHT_SETTING } from '../support/call-model/posted.ts';
import { INDISTINGUISHABLE, KINDS } from '../support/call-model/real-call.ts';

/** `ACCOLADES_HISTORIES=100000` for CI; a failure prints its seed. */
const HISTORIES = Number(process.env['ACCOLADES_HISTORIES'] ?? 3_000);

const seconds = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

const DISTURBANCE: fc.Arbitrary<Disturbance> = fc.record({
  delays: fc.array(fc.constantFrom(0, 0, 0, 0.1, 0.5, 1.5), { maxLength: 8 }),
  doubled: fc.uniqueArray(fc.nat(5), { maxLength: 3 }),
  lost: maybe(fc.nat(5)),
  awayAt: maybe(seconds(300)),
  redeployAt: maybe(seconds(300)),
  restartAt: maybe(seconds(300)),
});

const HISTORY = fc.record({
  kind: fc.constantFrom(...Object.keys(KINDS)),
  durations: fc.record({
    ring: fc.integer({ min: 1, max: 40 }),
    wait: seconds(45),
    talk: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constant(5_000)),
  }),
  hypothesis: fc.constantFrom(...HYPOTHESES),
  isSettingKnown: fc.boolean(),
  idPer: fc.constantFrom('call', 'leg'),
  disturbance: DISTURBANCE,
});

function fail(what: string, told: Told): never {
  throw new Error(`${what}: ${JSON.stringify(told.records.map((record) => ({ ...record, raw: [] })))}`);
}

/** Exactly one record for each call of which a notification came; a restart begins a new memory. */
function checkCount(told: Told, { disturbance, hangups }: HistoryOptions): void {
  const { arrived, records } = told;
  if (arrived > 0 && records.length === 0) fail('no record', told);
  if (records.length > (disturbance.restartAt === null ? 1 : 2)) fail('too many records', told);
  // With “answered”, a call that rang and of which nothing was posted is told as well.
  if (arrived === 0 && records.length > 0 && hangups !== 'answered') fail('a record of nothing', told);
}

function checkResult(told: Told, kind: string, { disturbance }: HistoryOptions): void {
  for (const record of told.records) {
    const { result, direction, evidence } = record;
    if (result === 'missed' && told.call.isAnswered && !told.isAnswerLost && !INDISTINGUISHABLE.has(kind)) {
      fail('an answered call was told as missed', told);
    }
    if (result === 'missed' && direction !== 'incoming') fail('missed, and not incoming', told);
    // After a restart the tracker does not know that the call was dialled here: its own phone
    // answers first.
    const isDialForgotten = told.call.dialledBy !== undefined && disturbance.restartAt !== null;
    if (result === 'answered' && !told.call.isAnswered && !isDialForgotten) fail('nobody answered', told);
    if (result === 'unknown' && evidence.reason === null) fail('unknown, without a reason', told);
    if (record.raw.length !== evidence.notifications) fail('notifications miscounted', told);
  }
}

function checkTimes(told: Told): void {
  for (const record of told.records) {
    const { waitSeconds, ringSeconds, talkSeconds, answeredAt, endedAt } = record;
    for (const value of [waitSeconds, ringSeconds, talkSeconds]) {
      if (value !== null && !(value >= 0)) fail('a negative duration', told);
    }
    if (answeredAt !== null && endedAt !== null && answeredAt > endedAt)
      fail('ended before it was answered', told);
  }
}

describe('what became of a call, against a model of real calls', () => {
  it('has the kinds of calls of a small company', () => {
    expect(Object.keys(KINDS).length).to.be.at.least(24);
  });

  it(`${HISTORIES} histories: one record per call, never “missed” for one that somebody answered`, () => {
    const property = fc.property(
      HISTORY,
      ({ kind, durations, hypothesis, isSettingKnown, idPer, disturbance }) => {
        const options: HistoryOptions = {
          calls: KINDS[kind]?.(durations) ?? [],
          hypothesis,
          hangups: isSettingKnown ? RIGHT_SETTING[hypothesis] : 'unknown',
          idPer,
          disturbance,
        };
        const { told, status, timers } = play(options);
        for (const one of told) {
          checkCount(one, options);
          checkResult(one, kind, options);
          checkTimes(one);
        }
        if (status.calls !== 0 || timers !== 0)
          throw new Error(`${status.calls} calls and ${timers} timers are left.`);
      },
    );
    fc.assert(property, { numRuns: HISTORIES });
  }).timeout(Math.max(60_000, HISTORIES * 20));
});
