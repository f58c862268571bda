import type { AccoladesEvent } from '../../src/call/call-event.ts';
import { Hub, type HubOptions } from '../../src/hub/hub.ts';
import type { SubscribeOptions, Subscription, SubscriptionStatus } from '../../src/hub/subscription.ts';
import { FakeClock } from './fake-clock.ts';
import { FakePbx } from './fake-pbx.ts';

export interface Owner {
  readonly events: AccoladesEvent[];
  readonly reports: string[];
  readonly statuses: SubscriptionStatus[];
  subscription: Subscription;
}

/** A hub between an injected clock and a PBX that is played by the test. */
export class HubRig {
  readonly clock = new FakeClock();
  readonly pbx = new FakePbx();
  readonly hub: Hub;
  /** Handles that keep the process alive. */
  alive = 0;

  constructor(options: Partial<HubOptions> = {}) {
    this.hub = new Hub({
      clock: this.clock,
      random: () => 0.5,
      connect: this.pbx.connect,
      connectsPerSecond: 0,
      keepProcessAlive: () => {
        this.alive++;
        return {
          stop: () => {
            this.alive--;
          },
        };
      },
      ...options,
    });
  }

  /** Subscribes; `agents` are labels, whose idCrm is `id-` and the label. */
  subscribe(owner: string, agents: readonly string[], options: Partial<SubscribeOptions> = {}): Owner {
    const events: AccoladesEvent[] = [];
    const reports: string[] = [];
    const statuses: SubscriptionStatus[] = [];
    const subscription = this.hub.subscribe({
      owner,
      agents: agents.map((label) => ({ label, idCrm: `id-${label}` })),
      onEvent: (event) => {
        events.push(event);
      },
      onReport: ({ kind }) => {
        reports.push(kind);
      },
      onStatus: (status) => {
        statuses.push(status);
      },
      ...options,
    });
    return { events, reports, statuses, subscription };
  }

  /** Lets time pass on a server that lives and answers, every `step` milliseconds. */
  run(ms: number, step = 500): void {
    for (let passed = 0; passed < ms; passed += step) {
      this.clock.advance(Math.min(step, ms - passed));
      this.pbx.settle();
      this.pbx.pong();
    }
  }

  /** Timers, connections and sessions that are left. */
  get leftovers(): { timers: number; connections: number; sessions: number } {
    return {
      timers: this.clock.pending,
      connections: this.pbx.live.length,
      sessions: this.hub.sessionCount,
    };
  }
}

export const NOTHING = { timers: 0, connections: 0, sessions: 0 };

/** The unique ids of the calls among the events, in order. */
export function idsOf(owner: Owner): string[] {
  return owner.events.flatMap((event) => ('uniqueId' in event ? [event.uniqueId] : []));
}
