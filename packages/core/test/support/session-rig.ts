import type { CallMessage } from '../../src/protocol/messages.ts';
import type { SessionOptions, SessionReport, SessionStatus } from '../../src/session/contract.ts';
import { Session } from '../../src/session/session.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeNetwork, type FakeTransport } from './fake-transport.ts';

export const ID_CRM = 'f8cb549544';
export const CALL = {
  type: 'incomingCall',
  phoneNumber: '0211234567',
  uniqueId: '1608743891.1344',
  callCenter: 'yes',
} as const;
export const CONFIGURATION = {
  type: 'configuration',
  account: { id: '15', data: 'INFO_ACCOUNT' },
  phone: { id: '27', data: 'INFO_PHONE' },
  agent: { id: '321', data: 'INFO_AGENT' },
} as const;

/** One session between an injected clock and a fake network, and everything that it told. */
export class SessionRig {
  readonly clock = new FakeClock();
  readonly network = new FakeNetwork();
  readonly statuses: SessionStatus[] = [];
  readonly calls: CallMessage[] = [];
  readonly reports: SessionReport[] = [];
  /** What `random` gives next. */
  random = 0.5;
  readonly session: Session;

  constructor(idCrm = ID_CRM, more: Pick<SessionOptions, 'keep'> = {}) {
    this.session = new Session(
      idCrm,
      {
        server: { url: 'wss://pbx.example:14327' },
        connect: this.network.connect,
        clock: this.clock,
        random: () => this.random,
        admit: (go) => {
          go();
          return { stop: () => undefined };
        },
        ...more,
      },
      {
        onStatus: (status) => {
          this.statuses.push(status);
          this.onStatus(status);
        },
        onCall: (call) => {
          this.calls.push(call);
        },
        onReport: (report) => {
          this.reports.push(report);
        },
      },
    );
  }

  /** A test may replace it. */
  onStatus: (status: SessionStatus) => void = () => undefined;

  get state(): SessionStatus['state'] {
    return this.session.status.state;
  }

  /** Why the session waits or is closed. */
  get reason(): string | null {
    const { status } = this.session;
    return status.state === 'waiting' || status.state === 'closed' ? status.reason.code : null;
  }

  /** How long the session will wait, in milliseconds. */
  get wait(): number {
    const { status } = this.session;
    return status.state === 'waiting' ? status.nextAttemptAt - status.since : Number.NaN;
  }

  get transport(): FakeTransport {
    return this.network.last;
  }

  start(): this {
    this.session.start();
    return this;
  }

  /** Up to the authentication request. */
  open(): this {
    if (this.state === 'idle') this.start();
    this.transport.open();
    return this;
  }

  /** Up to `ready`, the configuration request answered. */
  ready(): this {
    this.open();
    this.transport.frame({ type: 'authSucces', version: '1.1.0' });
    this.transport.frame(CONFIGURATION);
    return this;
  }

  /** Lets the present wait pass. */
  nextAttempt(): this {
    this.clock.advance(this.wait);
    return this;
  }

  /** The server lives: answers each ping within `ms`. */
  live(ms: number): this {
    for (let passed = 0; passed < ms; passed += 5_000) {
      this.clock.advance(Math.min(5_000, ms - passed));
      this.transport.pong();
    }
    return this;
  }
}
