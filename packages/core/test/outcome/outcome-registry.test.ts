import { expect } from 'chai';
import type { OutcomeReport } from '../../src/outcome/call-tracker.ts';
import { DEFAULT_OUTCOME_SETTINGS, type CallRecord } from '../../src/outcome/contract.ts';
import { MAX_HELD_RECORDS } from '../../src/outcome/endpoint-outcomes.ts';
import { OutcomeRegistry } from '../../src/outcome/outcome-registry.ts';
import { readOutcomeSettings } from '../../src/outcome/outcome-settings.ts';
import type { OutcomeOptions, Outcomes } from '../../src/outcome/outcomes.ts';
import { WebhookEndpoint } from '../../src/webhook/endpoint.ts';
import { PendingReplies } from '../../src/webhook/pending-replies.ts';
import { HubRig, NOTHING } from '../support/hub-rig.ts';
import { RestRig } from '../support/rest-rig.ts';

const CALLER = '0722000111';
const KEY = 'endpoint';

/** An owner of the endpoint's outcomes, and what it got. */
interface Owner {
  readonly outcomes: Outcomes;
  readonly records: CallRecord[];
  readonly reports: OutcomeReport[];
}

/** A hub, an endpoint and the outcomes of a process, on one injected clock. */
class Rig extends HubRig {
  readonly registry: OutcomeRegistry;
  readonly endpoint = new WebhookEndpoint(
    { receives: 'notifications' },
    { clock: this.clock, replies: new PendingReplies({ clock: this.clock }) },
  );
  #serial = 0;

  constructor() {
    super({
      onCall: (call) => {
        this.registry.sighted(call);
      },
    });
    this.registry = new OutcomeRegistry({
      clock: this.clock,
      agentOf: (phoneId) => this.hub.agentOf(phoneId),
    });
  }

  open(options: Partial<OutcomeOptions> = {}): Owner {
    const records: CallRecord[] = [];
    const reports: OutcomeReport[] = [];
    const outcomes = this.registry.open({
      key: KEY,
      settings: DEFAULT_OUTCOME_SETTINGS,
      events: ['callEnded'],
      onRecord: (record) => {
        records.push(record);
      },
      onReport: (report) => {
        reports.push(report);
      },
      ...options,
    });
    return { outcomes, records, reports };
  }

  newCallId(): string {
    return `${Math.floor(this.clock.now() / 1_000)}.${++this.#serial}`;
  }

  /** Accolades posts a notification to the endpoint; false when nothing remembers it. */
  post(callId: string, event: string, userId = '27', more: Record<string, string> = {}): boolean {
    const fields = { apiName: 'callNotification', event, callId, userId, userType: 'user' };
    const { notification } = {
      notification: null,
      ...this.endpoint.receive(
        {
          method: 'POST',
          url: '/x',
          headers: {},
          body: new URLSearchParams({
            ...fields,
            ...{ callDirection: 'in', phoneNumber: CALLER, serial: String(++this.#serial) },
            ...more,
          }).toString(),
        },
        () => undefined,
      ),
    };
    return notification !== null && this.registry.notified(KEY, notification);
  }

  /** The agents connect, and their sessions learn their phones. */
  connect(...agents: { label: string; phoneId: string }[]): void {
    this.subscribe(
      'agents',
      agents.map(({ label }) => label),
    );
    this.pbx.settle();
    for (const { label, phoneId } of agents) {
      for (const transport of this.pbx.sessionsOf(`id-${label}`)) {
        transport.frame({
          type: 'configuration',
          account: { id: '15', data: '' },
          phone: { id: phoneId, data: '' },
          agent: { id: `3${phoneId}`, data: '' },
        });
      }
    }
  }

  ring(label: string, uniqueId: string): void {
    for (const transport of this.pbx.sessionsOf(`id-${label}`)) {
      transport.frame({ type: 'incomingCall', phoneNumber: CALLER, uniqueId, callCenter: 'yes' });
    }
  }

  wait(seconds: number): void {
    this.run(seconds * 1_000, 1_000);
  }
}

describe('outcomes of an endpoint', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });

  const resultsOf = ({ records }: Owner): string[] =>
    records.map(({ event, result }) => `${event} ${result}`);

  it('join what the sessions of the process saw', () => {
    const owner = rig.open();
    rig.connect({ label: 'Front desk', phoneId: '27' }, { label: 'Sales', phoneId: '28' });
    rig.wait(60);
    const callId = rig.newCallId();
    rig.ring('Front desk', callId);
    rig.ring('Sales', callId);
    rig.wait(12);
    rig.post(callId, 'answer', '28');
    rig.wait(95);
    rig.post(callId, 'hangup', '28');
    rig.wait(90);
    expect(owner.records).to.have.lengthOf(1);
    const [record] = owner.records;
    const sales = { label: 'Sales', id: '328', phoneId: '28' };
    expect(record).to.deep.include({
      ...{ result: 'answered', callCenter: true, ringSeconds: 12, talkSeconds: 95, answeredBy: sales },
    });
    expect(record?.rang.map(({ label }) => label)).to.deep.equal(['Front desk', 'Sales']);
    expect(record?.evidence).to.include({ sessions: 2, matched: 'callId' });
    expect(owner.outcomes.status).to.deep.include({ reportingPhones: ['28'], silentPhones: ['27'] });
  });

  it('give each call once, and a missed one again as missedCall if chosen', () => {
    for (const [events, expected] of [
      [['callEnded'], ['callEnded missed']],
      [['missedCall'], ['missedCall missed']],
      [
        ['callEnded', 'missedCall'],
        ['callEnded missed', 'missedCall missed'],
      ],
    ] as const) {
      rig = new Rig();
      const owner = rig.open({ events });
      rig.wait(60);
      rig.post(rig.newCallId(), 'hangup');
      rig.wait(60);
      expect(resultsOf(owner)).to.deep.equal(expected);
    }
    const owner = rig.open({ events: ['missedCall'] });
    const callId = rig.newCallId();
    rig.post(callId, 'answer');
    rig.post(callId, 'hangup');
    rig.wait(60);
    expect(owner.records).to.deep.equal([]);
  });

  it('know a call that this process has dialled', async () => {
    const rest = new RestRig();
    rest.server.answer(200, { type: 'ok' });
    const owner = rig.open();
    rig.wait(60);
    const client = rest.client({}, { onDialled: (call) => rig.registry.dialled(call) });
    const callId = rig.newCallId();
    rest.server.next = () => {
      // The agent picks up before the server answers the command.
      rig.post(callId, 'answer', '27', { callDirection: 'out' });
      return Promise.resolve({ status: 200, body: '{"type":"ok"}' });
    };
    await client.dial({ deviceId: '27', phoneNumber: CALLER });
    rig.wait(90);
    rig.post(callId, 'hangup', '27', { callDirection: 'out' });
    rig.wait(60);
    expect(owner.records[0]).to.deep.include({ result: 'unknown' });
    expect(owner.records[0]?.evidence.reason).to.equal('clickToCall');
  });

  describe('over a redeploy', () => {
    it('keep the memory of a call, and deliver in order what ended meanwhile', () => {
      const before = rig.open();
      rig.wait(60);
      const [one, two, three] = [rig.newCallId(), rig.newCallId(), rig.newCallId()];
      rig.post(one, 'hangup');
      rig.wait(10);
      rig.post(two, 'hangup');
      rig.wait(45);
      before.outcomes.close({ reachable: true });
      rig.post(three, 'answer');
      rig.wait(19);
      expect(before.records).to.deep.equal([]);
      const after = rig.open();
      expect(after.records.map(({ callId }) => callId)).to.deep.equal([one, two]);
      expect(resultsOf(after)).to.deep.equal(['callEnded missed', 'callEnded missed']);
      rig.post(three, 'hangup');
      rig.wait(60);
      expect(after.records[2]).to.deep.include({ callId: three, result: 'answered', talkSeconds: 19 });
      expect([...before.reports, ...after.reports]).to.deep.equal([]);
    });

    it('do not tell a call as missed whose answer may have been lost meanwhile', () => {
      const before = rig.open();
      rig.wait(60);
      rig.post(rig.newCallId(), 'hangup');
      before.outcomes.close();
      rig.wait(5);
      const after = rig.open();
      rig.wait(60);
      expect(after.records[0]?.evidence.reason).to.equal('beganBefore');
    });

    it('tell what is lost when the owner does not come back', () => {
      const owner = rig.open();
      rig.wait(60);
      rig.post(rig.newCallId(), 'hangup');
      rig.wait(55);
      owner.outcomes.close({ reachable: true });
      rig.post(rig.newCallId(), 'answer');
      rig.wait(21);
      expect(owner.reports.map(({ text }) => text)).to.deep.equal([
        'Dropped calls: 2. This node did not come back to take them.',
      ]);
      expect(rig.post(rig.newCallId(), 'answer')).to.equal(false);
      expect(rig.leftovers).to.deep.equal(NOTHING);
    });

    it('give a removed owner nothing, and say how many calls are lost', () => {
      const owner = rig.open();
      rig.wait(60);
      rig.post(rig.newCallId(), 'answer');
      owner.outcomes.close({ removed: true });
      owner.outcomes.close();
      expect(owner.reports.map(({ kind }) => kind)).to.deep.equal(['dropped']);
      expect(rig.leftovers).to.deep.equal(NOTHING);
      const after = rig.open();
      rig.clock.advance(5 * 3_600_000);
      expect(after.records).to.deep.equal([]);
    });

    it('pass from one owner to the next, also when the first is still there', () => {
      const one = rig.open();
      rig.wait(60);
      rig.post(rig.newCallId(), 'hangup');
      const two = rig.open();
      one.outcomes.close({ removed: true });
      one.outcomes.processEnds();
      one.outcomes.configure({ settings: { ...DEFAULT_OUTCOME_SETTINGS, hangups: 'last' }, events: [] });
      rig.wait(60);
      expect([one.records.length, ...resultsOf(two)]).to.deep.equal([0, 'callEnded missed']);
    });

    it('hold at most a bounded number of records, and say how many were dropped', () => {
      const before = rig.open({ settings: readOutcomeSettings({ waitUnanswered: 0 }) });
      rig.wait(60);
      before.outcomes.close({ reachable: true });
      const ids = Array.from({ length: MAX_HELD_RECORDS + 3 }, () => rig.newCallId());
      for (const id of ids) {
        rig.post(id, 'hangup');
        rig.clock.advance(1);
      }
      const after = rig.open();
      expect(after.records.map(({ callId }) => callId)).to.deep.equal(ids.slice(3));
      expect(after.reports.map(({ text }) => text)).to.deep.equal([
        'Dropped calls: 3. More ended than are held for an absent node.',
      ]);
    });
  });

  it('do not tell a call as missed while Accolades does not reach the endpoint', () => {
    const owner = rig.open({ reachable: false });
    const reasons: unknown[] = [];
    // Not there yet, there, away while the call goes on, back too late, back in time.
    for (const isReachable of [null, true, false, null, true, true]) {
      rig.wait(60);
      rig.post(rig.newCallId(), 'hangup');
      if (isReachable !== null) owner.outcomes.reachable(isReachable);
      rig.wait(60);
      reasons.push(owner.records.at(-1)?.evidence.reason);
    }
    expect(reasons).to.deep.equal([
      ...['beganBefore', 'beganBefore', 'beganBefore', 'beganBefore', 'beganBefore', null],
    ]);
  });

  it('wait for a paused owner, with requeued records first', () => {
    const owner = rig.open({ startPaused: true, events: ['callEnded', 'missedCall'] });
    rig.wait(60);
    const callId = rig.newCallId();
    rig.post(callId, 'hangup');
    rig.wait(60);
    expect([owner.records.length, owner.outcomes.heldCount]).to.deep.equal([0, 1]);
    owner.outcomes.resume();
    expect(resultsOf(owner)).to.deep.equal(['callEnded missed', 'missedCall missed']);
    owner.outcomes.pause();
    const [, missed] = owner.records.splice(0);
    rig.post(rig.newCallId(), 'hangup');
    rig.wait(60);
    owner.outcomes.requeue(missed === undefined ? [] : [missed]);
    owner.outcomes.resume();
    expect(resultsOf(owner)).to.deep.equal(['missedCall missed', 'callEnded missed', 'missedCall missed']);
  });

  it('keep the second event of a call for later when the owner pauses at the first', () => {
    const owner = rig.open({
      events: ['callEnded', 'missedCall'],
      onRecord: (record) => {
        owner.records.push(record);
        owner.outcomes.pause();
      },
    });
    rig.wait(60);
    rig.post(rig.newCallId(), 'hangup');
    rig.wait(60);
    expect(resultsOf(owner)).to.deep.equal(['callEnded missed']);
    owner.outcomes.resume();
    expect(resultsOf(owner)).to.deep.equal(['callEnded missed', 'missedCall missed']);
  });

  it('tell every call at once when the process ends, even to a paused owner', () => {
    const owner = rig.open({ startPaused: true });
    rig.wait(60);
    const [answered, open] = [rig.newCallId(), rig.newCallId()];
    rig.post(answered, 'answer');
    rig.post(answered, 'hangup');
    rig.post(open, 'hangup');
    owner.outcomes.processEnds();
    owner.outcomes.processEnds();
    expect(resultsOf(owner)).to.deep.equal(['callEnded answered', 'callEnded unknown']);
    expect(owner.records[1]?.evidence.reason).to.equal('processEnd');
    expect([owner.reports.length, rig.leftovers]).to.deep.equal([0, NOTHING]);
  });

  it('report an owner that fails, and go on', () => {
    const owner = rig.open({
      settings: readOutcomeSettings({ waitUnanswered: 0 }),
      onRecord: (record) => {
        owner.records.push(record);
        throw new Error('no');
      },
    });
    rig.wait(60);
    for (let call = 0; call < 2; call++) {
      rig.post(rig.newCallId(), 'hangup');
      rig.wait(1);
    }
    expect([owner.records.length, ...owner.reports.map(({ kind }) => kind)]).to.deep.equal([
      ...[2, 'failedOwner', 'failedOwner'],
    ]);
  });

  it('never tell a call as missed when other processes get notifications, too', () => {
    const owner = rig.open({ settings: readOutcomeSettings({ seesAllNotifications: false }) });
    rig.wait(60);
    rig.post(rig.newCallId(), 'hangup');
    rig.wait(60);
    expect(owner.records[0]).to.include({ result: 'unknown' });
    expect(rig.registry.statuses()).to.have.lengthOf(1);
  });

  it('are those of each endpoint alone', () => {
    const owner = rig.open();
    const other = rig.open({ key: 'other' });
    rig.wait(60);
    rig.post(rig.newCallId(), 'hangup');
    rig.wait(60);
    expect([owner.records.length, other.records.length]).to.deep.equal([1, 0]);
    expect(other.outcomes.status).to.include({ calls: 0, lastNotificationAt: null });
  });
});
