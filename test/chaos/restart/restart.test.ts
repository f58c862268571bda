import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { Child } from '../support/child.ts';
import { ProcessWatch } from '../support/process-watch.ts';
import { bars, peakWithin, perSecond } from '../support/rate.ts';
import { say } from '../support/report.ts';
import { readHostReport, readServerMessage, type HostReport, type ServerMessage } from './messages.ts';

const WANTED_SESSIONS = 5_000;
const DEFAULT_RATE = 50;
/** File descriptors that a process needs besides its sessions' sockets. */
const OTHER_DESCRIPTORS = 200;
/** The window in which core's limiter keeps its rate, in milliseconds. */
const LIMITER_WINDOW_MS = 1_050;
/** The difference between the times that connections take to reach the server, in milliseconds. */
const TRANSPORT_MS = 50;
/** How long the server is down, in milliseconds. */
const OUTAGE_MS = 1_000;

/**
 * How many sessions the limit of open files allows. Node has already raised it to the hard limit.
 */
function possibleSessions(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const limit = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]);
  return Math.min(WANTED_SESSIONS, limit - OTHER_DESCRIPTORS);
}

describe('A server that is killed and started again', () => {
  const watch = new ProcessWatch();
  const children: { kill(): Promise<void> }[] = [];

  beforeEach(() => watch.begin());

  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => child.kill()));
    await watch.end();
  });

  function startServer(port: number, agents: number): Child<ServerMessage> {
    const server = new Child(
      './server.ts',
      import.meta.url,
      [String(port), String(agents)],
      readServerMessage,
    );
    children.push(server);
    return server;
  }

  async function portOf(server: Child<ServerMessage>): Promise<number> {
    const message = await server.waitForMessage('the server listens', ({ kind }) => kind === 'listening');
    return message.kind === 'listening' ? message.port : 0;
  }

  async function reportOf(server: Child<ServerMessage>): Promise<Extract<ServerMessage, { kind: 'report' }>> {
    const from = server.messages.length;
    server.send({ do: 'report' });
    const message = await server.waitForMessage('the server reports', ({ kind }) => kind === 'report', {
      from,
    });
    if (message.kind !== 'report') throw new Error('unreachable');
    return message;
  }

  async function ask(host: Child<HostReport>, withHeap = false): Promise<HostReport> {
    const from = host.messages.length;
    host.send({ withHeap });
    return host.waitForMessage('the host reports', () => true, { from });
  }

  /** Polls until all are ready. @returns the times at which connections were started */
  async function allReady(host: Child<HostReport>, sessions: number, deadlineMs: number): Promise<number[]> {
    const end = performance.now() + deadlineMs;
    const dialTimes: number[] = [];
    for (;;) {
      const report = await ask(host);
      for (const time of report.dialTimes) dialTimes.push(time);
      if (report.ready === sessions) return dialTimes;
      if (performance.now() > end) throw new Error(`Only ${report.ready} of ${sessions} sessions are ready.`);
      await delay(250);
    }
  }

  /** Waits until this many calls have arrived since the start. */
  async function calls(host: Child<HostReport>, count: number): Promise<void> {
    const end = performance.now() + 20_000;
    while ((await ask(host)).calls < count) {
      if (performance.now() > end) throw new Error(`Not all of ${count} calls arrived.`);
      await delay(50);
    }
  }

  /**
   * Connections start at an exact rate, but the server stamps them when it sees them. Connections
   * from a pause, and those waiting at its end, are seen together, so this many more than the limit
   * may be stamped within one second.
   */
  function allowedOn(report: { longestPauseMs: number }, limit: number): number {
    const bunchedMs = TRANSPORT_MS + 2 * report.longestPauseMs;
    return Math.max(limit, Math.floor((limit * (1_000 + bunchedMs)) / LIMITER_WINDOW_MS) + 1);
  }

  async function restart(sessions: number, rate: number | null): Promise<void> {
    const limit = rate ?? DEFAULT_RATE;
    const deadlineMs = 90_000 + (2 * sessions * 1000) / limit;
    const first = startServer(0, sessions);
    const port = await portOf(first);
    const host = new Child(
      './session-host.ts',
      import.meta.url,
      [`ws://127.0.0.1:${port}`, String(sessions), rate === null ? '' : String(rate)],
      readHostReport,
    );
    children.push(host);
    const begun = performance.now();
    const initial = await allReady(host, sessions, deadlineMs);
    say(
      `${sessions} sessions ready after ${((performance.now() - begun) / 1000).toFixed(1)} s; ` +
        `at most ${peakWithin(initial, 1000)} connections begun in any second (limit ${limit})`,
    );
    expect(peakWithin(initial, 1000)).to.be.at.most(limit);
    first.send({ do: 'callAll' });
    await calls(host, sessions);
    const before = await ask(host, true);

    await first.kill();
    await delay(OUTAGE_MS);
    const second = startServer(port, sessions);
    await portOf(second);
    const upAt = performance.now();
    const dialTimes = await allReady(host, sessions, deadlineMs);
    const backMs = performance.now() - upAt;
    const server = await reportOf(second);
    const counts = perSecond(server.connectTimes);
    const peak = peakWithin(server.connectTimes, 1000);
    say(`all back ${(backMs / 1000).toFixed(1)} s after the server was up`);
    say(`connections per second on the server: ${counts.join(' ')}`);
    say(bars(counts));
    say(
      `peak in any second: ${peak} on the server (which paused for at most ${server.longestPauseMs.toFixed(0)} ms), ` +
        `${peakWithin(dialTimes, 1000)} begun (limit ${limit})`,
    );
    expect(server.sessions).to.equal(sessions);
    expect(server.maxSessionsPerAgent).to.equal(1);
    expect(peakWithin(dialTimes, 1000)).to.be.at.most(limit);
    expect(peak).to.be.at.most(allowedOn(server, limit));
    expect(server.longestPauseMs, 'the measurement is worth nothing on a machine this busy').to.be.below(
      1_000,
    );
    // Spread over the time that the limit requires, not in one burst.
    expect(backMs).to.be.above((sessions / limit) * 1000 * 0.5);

    second.send({ do: 'callAll' });
    const called = await second.waitForMessage('the server has called all', ({ kind }) => kind === 'called');
    expect(called).to.deep.equal({ kind: 'called', delivered: sessions });
    await calls(host, 2 * sessions);
    const after = await ask(host, true);
    expect(after.calls).to.equal(2 * sessions);
    expect(after.doubled).to.equal(0);
    expect(after.lost).to.equal(sessions);
    expect(after.failures).to.equal(0);
    expect(after.sockets).to.equal(before.sockets);
    const growth = after.heap / before.heap - 1;
    say(
      `heap ${megabytes(before.heap)} before, ${megabytes(after.heap)} after (${(growth * 100).toFixed(2)} %); ` +
        `sockets ${before.sockets} and ${after.sockets}`,
    );
    expect(growth).to.be.below(0.04);
  }

  it('with 5,000 sessions in one process, 250 connections a second', async () => {
    const sessions = possibleSessions();
    if (sessions < WANTED_SESSIONS) say(`only ${sessions} sessions: more files cannot be open here`);
    await restart(sessions, 250);
  });

  it('with 300 sessions, the default of 50 connections a second', () => restart(300, null));
});

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
