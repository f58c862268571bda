import type { Socket } from 'node:net';
import { ALL_AGENTS } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { FaultBench, SPEED } from '../support/fault-bench.ts';
import { CLOSE_FRAME, RawServer, textFrame, upgradeResponse } from '../support/raw-server.ts';
import { say } from '../support/report.ts';
import { until } from '../support/until.ts';

/** Real milliseconds until the answer is in flight, when the test stalls the connection. */
const ANSWER_DELAY_MS = 150;
const CONNECT_DEADLINE = { atLeast: 15_000, atMost: 15_000 };
const AUTH_DEADLINE = { atLeast: 15_000, atMost: 15_000 };
/** The first wait is at most a second; the rest is for connecting. */
const NEXT_ATTEMPT = { atMost: 5_000 };
const AUTH_SUCCESS = textFrame('{"type":"authSucces","version":"1.1.0"}');

function call(uniqueId: string): Buffer {
  return textFrame(
    JSON.stringify({ type: 'incomingCall', phoneNumber: '0211234567', uniqueId, callCenter: 'yes' }),
  );
}

describe('A server that does not answer, or not as it should', () => {
  const bench = FaultBench.use();

  for (const scheme of ['ws', 'wss']) {
    it(`accepts the connection and says nothing (${scheme}:)`, async () => {
      bench.proxy.plan = () => ({ mute: true });
      const agent = bench.subscribe(`${scheme}://127.0.0.1:${bench.proxy.port}`);
      const connecting = await agent.next('connecting');
      const waiting = await agent.next('waiting');
      say(agent.path());
      expect(waiting.reason).to.equal('CONNECT_TIMEOUT');
      bench.expectWithin(waiting.at - connecting.at, CONNECT_DEADLINE);
      // Retries forever, but never two at a time.
      await until('three attempts have been made', () => bench.proxy.accepted >= 3);
      expect(bench.proxy.heldByClients).to.be.at.most(1);
    });
  }

  it('reads the upgrade request and never answers it', async () => {
    bench.simulator.faults.set(ALL_AGENTS, { neverUpgrade: true });
    const agent = bench.subscribe();
    await bench.faultAndRecover(agent, {
      reason: 'CONNECT_TIMEOUT',
      detected: CONNECT_DEADLINE,
      repair: () => {
        bench.simulator.faults.clear();
      },
      recovered: NEXT_ATTEMPT,
    });
    await bench.proveCalls(agent);
  });

  it('answers the upgrade with endless headers', async () => {
    const timers = new Set<NodeJS.Timeout>();
    const server = await RawServer.listen((socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\n');
      timers.add(setInterval(() => socket.write('X-Wait: a little\r\n'), 5));
    });
    bench.onEnd(() => {
      for (const timer of timers) clearInterval(timer);
      return server.close();
    });
    const agent = bench.subscribe(`ws://127.0.0.1:${server.port}`);
    const connecting = await agent.next('connecting');
    const waiting = await agent.next('waiting');
    say(agent.path());
    // Node itself rejects more than 16 KiB of headers.
    expect(waiting.reason).to.be.oneOf(['CONNECT_TIMEOUT', 'NOT_A_WEBSOCKET']);
    bench.expectWithin(waiting.at - connecting.at, { atMost: CONNECT_DEADLINE.atMost });
    await until('the connection is gone', () => server.accepted > server.open);
  });

  for (const status of [401, 404, 426, 503]) {
    it(`answers the upgrade with HTTP ${status}`, async () => {
      bench.simulator.faults.set(ALL_AGENTS, { upgradeStatus: status });
      const agent = bench.subscribe();
      await bench.faultAndRecover(agent, {
        reason: 'NOT_A_WEBSOCKET',
        detected: { atMost: 1_000 },
        repair: () => {
          bench.simulator.faults.clear();
        },
        recovered: NEXT_ATTEMPT,
      });
    });
  }

  it('upgrades and says nothing', async () => {
    bench.simulator.faults.set(ALL_AGENTS, { noAuthAnswer: true });
    const agent = bench.subscribe();
    const authenticating = await agent.next('authenticating');
    await bench.faultAndRecover(agent, {
      since: () => authenticating.at,
      reason: 'AUTH_TIMEOUT',
      detected: AUTH_DEADLINE,
      repair: () => {
        bench.simulator.faults.clear();
      },
      recovered: NEXT_ATTEMPT,
    });
    await bench.proveCalls(agent);
  });

  it('answers the authentication after the deadline: the late answer changes nothing', async () => {
    bench.simulator.faults.set(ALL_AGENTS, { authDelayMs: ANSWER_DELAY_MS });
    const agent = bench.subscribe();
    const authenticating = await agent.next('authenticating');
    bench.proxy.latest.down.hold();
    const late = bench.proxy.latest;
    await until('the answer is on its way', () => late.down.waiting > 0);
    await bench.faultAndRecover(agent, {
      since: () => authenticating.at,
      reason: 'AUTH_TIMEOUT',
      detected: AUTH_DEADLINE,
      repair: () => {
        bench.simulator.faults.clear();
        late.down.release();
      },
      recovered: NEXT_ATTEMPT,
    });
    await bench.proveCalls(agent);
    expect(agent.path()).to.equal(
      'connecting → authenticating → waiting(AUTH_TIMEOUT) → connecting → authenticating → ready',
    );
  });

  it('answers the authentication just in time', async () => {
    bench.simulator.faults.set(ALL_AGENTS, { authDelayMs: bench.clock.real(12_000) });
    const agent = bench.subscribe();
    const ready = await agent.ready();
    const authenticating = await agent.next('authenticating');
    bench.expectWithin(ready.at - authenticating.at, { atLeast: 12_000, atMost: 15_000 });
    await bench.proveCalls(agent);
    expect(agent.path()).to.equal('connecting → authenticating → ready');
  });

  it('answers the authentication twice', async () => {
    bench.simulator.faults.set(ALL_AGENTS, { authTwice: true });
    const agent = bench.subscribe();
    await agent.ready();
    await bench.proveCalls(agent, 20);
    expect(agent.path()).to.equal('connecting → authenticating → ready');
    expect(agent.events.filter(({ event }) => event === 'agentConnected')).to.have.length(1);
  });

  it('answers neither configuration nor version, but lives: the session stays', async () => {
    bench.simulator.faults.set(ALL_AGENTS, { noConfigurationAnswer: true, noVersionAnswer: true });
    const agent = bench.subscribe();
    await agent.ready();
    const failed = await agent.subscription.requestConfiguration().then(
      () => 'answered',
      (error: unknown) => String(error),
    );
    expect(failed).to.contain('no answer');
    await bench.proveCalls(agent);
    expect(agent.path()).to.equal('connecting → authenticating → ready');
  });

  it('never answers pings: dropped although calls could still come', async () => {
    bench.simulator.faults.set(ALL_AGENTS, { noPong: true });
    const agent = await bench.readyAgent();
    await bench.faultAndRecover(agent, {
      reason: 'HEARTBEAT_TIMEOUT',
      detected: { atLeast: 20_000, atMost: 40_000 },
      repair: () => {
        bench.simulator.faults.clear();
      },
      recovered: NEXT_ATTEMPT,
    });
    await bench.proveCalls(agent);
  });

  it('says everything in the segment of the upgrade response', async () => {
    const server = await RawServer.listen((socket, request) => {
      socket.write(
        Buffer.concat([upgradeResponse(request), AUTH_SUCCESS, call('1700000000.1'), call('1700000000.2')]),
      );
    });
    bench.onEnd(() => server.close());
    const agent = bench.subscribe(`ws://127.0.0.1:${server.port}`);
    await agent.ready();
    await bench.arrived(agent, ['1700000000.1', '1700000000.2']);
    say(agent.path());
  });

  it('says good-bye in the segment of the upgrade response', async () => {
    const server = await RawServer.listen((socket, request) => {
      socket.end(
        Buffer.concat([upgradeResponse(request), textFrame('{"type":"connectionClosed"}'), CLOSE_FRAME]),
      );
    });
    bench.onEnd(() => server.close());
    const agent = bench.subscribe(`ws://127.0.0.1:${server.port}`);
    const waiting = await agent.next('waiting');
    say(agent.path());
    expect(waiting.reason).to.equal('CONNECTION_CLOSED');
    await until('it tries again', () => server.accepted >= 2);
  });

  it('begins a closing handshake and never ends the connection: not waited for', async () => {
    const sockets: Socket[] = [];
    const server = await RawServer.listen((socket, request) => {
      sockets.push(socket);
      socket.write(Buffer.concat([upgradeResponse(request), AUTH_SUCCESS, call('1700000000.1')]));
    });
    bench.onEnd(() => server.close());
    const agent = bench.subscribe(`ws://127.0.0.1:${server.port}`);
    const ready = await agent.ready();
    await bench.arrived(agent, ['1700000000.1']);
    await bench.faultAndRecover(agent, {
      fault: () => sockets[0]?.write(CLOSE_FRAME),
      reason: 'CONNECTION_LOST',
      // The WebSocket library's closing wait of one second is in real time.
      detected: { atMost: 1_000 * SPEED },
      recovered: NEXT_ATTEMPT,
    });
    expect(server.open).to.equal(1);
    expect(ready.at).to.be.above(0);
  });
});
