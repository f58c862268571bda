import { CallTracker, type OutcomeReport } from '../../src/outcome/call-tracker.ts';
import type { CallRecord, CallSighting, OutcomeSettings } from '../../src/outcome/contract.ts';
import { parseNotification } from '../../src/webhook/notification.ts';
import { FakeClock } from './fake-clock.ts';

export const CALLER = '0722000111';

/** A tracker with an injected clock, a phone 27 whose agent is known, and one call. */
export class TrackerRig {
  readonly clock = new FakeClock();
  records: CallRecord[] = [];
  reports: OutcomeReport[] = [];
  tracker: CallTracker;
  /** The id of the call. */
  callId: string;
  /** Makes notifications differ; a repeated one counts once. */
  serial = 0;

  constructor() {
    [this.tracker, this.callId] = this.start();
  }

  /** Replaces the tracker, and begins a call a minute later. */
  start(settings: Partial<OutcomeSettings> = {}): [CallTracker, string] {
    this.records = [];
    this.reports = [];
    this.tracker = new CallTracker({
      clock: this.clock,
      settings,
      agentOf: (phoneId) => (phoneId === '27' ? { label: 'Front desk', id: '321' } : null),
      onRecord: (record) => {
        this.records.push(record);
      },
      onReport: (report) => {
        this.reports.push(report);
      },
    });
    this.tracker.opened();
    this.pass(60);
    this.callId = this.idNow(1);
    return [this.tracker, this.callId];
  }

  pass(seconds: number): void {
    this.clock.advance(seconds * 1_000);
  }

  /** The id of a call that begins now. */
  idNow(index: number): string {
    return `${Math.floor(this.clock.now() / 1_000)}.${index}`;
  }

  /** Posts a notification of the call. */
  post(event: string, userId = '27', more: Record<string, string> = {}): void {
    const fields = {
      ...{ apiName: 'callNotification', event, callId: this.callId, userId, userType: 'user' },
      ...{ callDirection: 'in', phoneNumber: CALLER, serial: String(++this.serial) },
      ...more,
    };
    this.tracker.notified(parseNotification(fields, { country: 'RO', receivedAt: this.clock.now() }));
  }

  /** Lets phone 27 see the call. */
  see(more: Partial<CallSighting> = {}): void {
    this.tracker.sighted({
      ...{ direction: 'incoming', uniqueId: this.callId, phoneNumber: CALLER },
      ...{ callCenter: false, phoneId: '27' },
      ...more,
    } as const);
  }

  /** The only record. */
  only(): CallRecord {
    const [record] = this.records;
    if (this.records.length !== 1 || record === undefined) throw new Error(`${this.records.length} records.`);
    return record;
  }
}
