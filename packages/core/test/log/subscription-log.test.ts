import { expect } from 'chai';
import type { Report } from '../../src/hub/subscription.ts';
import { SubscriptionLog } from '../../src/log/subscription-log.ts';
import { FakeClock } from '../support/fake-clock.ts';

describe('The log of a subscription', () => {
  let clock: FakeClock;
  let lines: string[];
  let log: SubscriptionLog;

  beforeEach(() => {
    clock = new FakeClock();
    lines = [];
    const writer = {
      connections: ({ labels }: { labels: readonly string[] }) => lines.push(labels.join()),
      report: ({ kind, label }: Report, omitted: number) => lines.push(`${kind} ${label} ${omitted}`),
    };
    log = new SubscriptionLog(writer, clock);
  });

  it('writes a kind of report of an agent once a minute, and counts the omitted ones', () => {
    for (let i = 0; i < 10; i++) log.onReport({ kind: 'malformed', label: 'a', text: '' });
    log.onReport({ kind: 'malformed', label: 'b', text: '' });
    clock.advance(60_000);
    log.onReport({ kind: 'malformed', label: 'a', text: '' });
    expect(lines).to.deep.equal(['malformed a 0', 'malformed b 0', 'malformed a 9']);
  });

  it('omits no loss of events', () => {
    const dropped = { count: 1, cause: 'full' } as const;
    for (let i = 0; i < 3; i++) log.onReport({ kind: 'dropped', label: '', text: '', dropped });
    expect(lines).to.deep.equal(['dropped  0', 'dropped  0', 'dropped  0']);
  });

  it('forgets changes of connections that it has not written when it is closed', () => {
    const ready = { state: 'ready', since: 0, attempt: 1 } as const;
    const agents = ['a', 'b'].map((label) => ({ label, status: ready }));
    log.onStatus({ agents, connected: 2, total: 2 });
    log.close();
    clock.advance(60_000);
    expect(lines).to.deep.equal([]);
    expect(clock.pending).to.equal(0);
  });
});
