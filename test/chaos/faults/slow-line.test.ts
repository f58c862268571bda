import { ALL_AGENTS } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { FaultBench, SPEED } from '../support/fault-bench.ts';
import type { LineFaults } from '../support/fault-proxy.ts';
import { fragmentedText, RawServer, textFrame, upgradeResponse } from '../support/raw-server.ts';
import { say } from '../support/report.ts';
import { until } from '../support/until.ts';

/** Limits the rate to this many bytes per second of the session clock. */
const trickle = (bytesPerSecond: number): LineFaults => ({ bytesPerSecond: bytesPerSecond * SPEED });

describe('A slow or stuttering line', () => {
  const bench = FaultBench.use();

  for (const direction of ['up', 'down'] as const) {
    it(`one byte a second ${direction === 'up' ? 'to' : 'from'} the server, from the first`, async () => {
      bench.proxy.plan = (number) => (number <= 2 ? { [direction]: trickle(1) } : {});
      const agent = bench.subscribe();
      const connecting = await agent.next('connecting');
      const waiting = await agent.next('waiting');
      bench.expectWithin(waiting.at - connecting.at, { atLeast: 15_000, atMost: 15_000 });
      await agent.ready();
      say(agent.path());
      expect(agent.path()).to.equal(
        '2 × [connecting → waiting(CONNECT_TIMEOUT)] → connecting → authenticating → ready',
      );
      await bench.proveCalls(agent);
    });
  }

  it('one byte a second from the server, later, with calls in flight', async () => {
    const down: LineFaults = {};
    bench.proxy.plan = (number) => (number === 1 ? { down } : {});
    const agent = await bench.readyAgent();
    await bench.faultAndRecover(agent, {
      fault: () => {
        down.bytesPerSecond = SPEED;
        bench.placeCalls(agent, 3);
      },
      reason: 'HEARTBEAT_TIMEOUT',
      detected: { atLeast: 20_000, atMost: 40_000 },
      recovered: { atMost: 5_000 },
    });
    await bench.proveCalls(agent);
  });

  it('one byte a second, later, without calls: the pongs are enough', async () => {
    const down: LineFaults = {};
    bench.proxy.plan = () => ({ down });
    const agent = await bench.readyAgent();
    down.bytesPerSecond = SPEED;
    const end = bench.clock.monotonic() + 100_000;
    await until('five heartbeats pass', () => bench.clock.monotonic() >= end);
    say(agent.path());
    expect(agent.path()).to.equal('connecting → authenticating → ready');
    down.bytesPerSecond = 1_000_000;
    await bench.proveCalls(agent);
  });

  it('a hundred bytes a second: slow, but nothing is lost', async () => {
    bench.proxy.plan = () => ({ up: trickle(100), down: trickle(100) });
    const agent = await bench.readyAgent();
    await bench.proveCalls(agent, 50);
    say(agent.path());
    expect(agent.path()).to.equal('connecting → authenticating → ready');
  });

  it('four seconds under way: two heartbeats and a request fit', async () => {
    const late = { delayMs: bench.clock.real(2_000) };
    bench.proxy.plan = () => ({ up: late, down: late });
    const agent = await bench.readyAgent();
    const end = bench.clock.monotonic() + 60_000;
    await until('a minute passes', () => bench.clock.monotonic() >= end);
    await bench.proveCalls(agent, 5);
    expect(agent.path()).to.equal('connecting → authenticating → ready');
  });

  it('every byte in a segment of its own, from the first', async () => {
    bench.proxy.plan = () => ({ up: { segmentBytes: 1 }, down: { segmentBytes: 1 } });
    const agent = await bench.readyAgent();
    await bench.proveCalls(agent, 5);
    expect(agent.path()).to.equal('connecting → authenticating → ready');
  });

  for (const [what, extra] of [
    ['7-bit length', ''],
    ['16-bit length', 'x'.repeat(300)],
    ['multi-byte characters', '“ăâîșț” 📞 𝄞'],
  ] as const) {
    it(`a frame split at every position (${what})`, async () => {
      const agent = await bench.readyAgent();
      const { down } = bench.proxy.latest;
      const placed: string[] = [];
      for (let position = 1; ; position++) {
        const uniqueId = `1700000000.${1000 + position}`;
        const text = JSON.stringify({
          type: 'incomingCall',
          phoneNumber: '101',
          uniqueId,
          callCenter: 'no',
          extra,
        });
        const length = Buffer.byteLength(text);
        const frameBytes = length + (length < 126 ? 2 : 4);
        if (position >= frameBytes) break;
        down.splitNext(position);
        expect(bench.simulator.sendRaw(agent.idCrm, text)).to.equal(true);
        placed.push(uniqueId);
        await bench.arrived(agent, placed);
      }
      const last = agent.events.at(-1);
      expect(last).to.have.nested.property('raw.extra', extra);
      say(`${placed.length} positions`);
      expect(agent.path()).to.equal('connecting → authenticating → ready');
    });
  }

  it('a message in two frames, divided in every position, with a ping between them', async () => {
    const texts = Array.from({ length: 90 }, (_, position) =>
      JSON.stringify({
        type: 'incomingCall',
        phoneNumber: '101',
        uniqueId: `1700000000.${1000 + position}`,
        callCenter: 'no',
      }),
    );
    const server = await RawServer.listen((socket, request) => {
      socket.write(upgradeResponse(request));
      socket.write(textFrame('{"type":"authSucces","version":"1.1.0"}'));
      texts.forEach((text, position) => socket.write(fragmentedText(text, position)));
    });
    bench.onEnd(() => server.close());
    const agent = bench.subscribe(`ws://127.0.0.1:${server.port}`);
    await agent.ready();
    await bench.arrived(
      agent,
      texts.map((_, position) => `1700000000.${1000 + position}`),
    );
  });

  it('a thousand frames in one segment', async () => {
    const agent = await bench.readyAgent();
    const { down } = bench.proxy.latest;
    down.hold();
    const placed = bench.placeCalls(agent, 1_000);
    await until('they wait in the proxy', () => down.waiting > 80_000);
    say(`${down.waiting} bytes at once`);
    down.release();
    await bench.arrived(agent, placed);
  });

  it('the answer to the authentication and the first calls in one segment', async () => {
    bench.simulator.faults.set(ALL_AGENTS, { authDelayMs: 150 });
    const agent = bench.subscribe();
    await agent.next('authenticating');
    const { down } = bench.proxy.latest;
    down.hold();
    await until('the server has a session', () => bench.simulator.sessions().length === 1);
    const placed = bench.placeCalls(agent, 10);
    await until('the calls wait in the proxy', () => down.waiting > 1_000);
    down.release();
    await agent.ready();
    await bench.arrived(agent, placed);
    const kinds = agent.events.map(({ event }) => event);
    expect(kinds).to.deep.equal(['agentConnected', ...placed.map(() => 'incomingCall')]);
  });
});
