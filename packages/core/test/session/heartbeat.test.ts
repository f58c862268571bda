import { expect } from 'chai';
import { Heartbeat } from '../../src/session/heartbeat.ts';
import { FakeClock } from '../support/fake-clock.ts';

describe('heartbeat', () => {
  let clock: FakeClock;
  let pings: number[];
  let deaths: number[];
  let heartbeat: Heartbeat;

  beforeEach(() => {
    clock = new FakeClock();
    const begin = clock.monotonic();
    pings = [];
    deaths = [];
    heartbeat = new Heartbeat(clock, 20_000, {
      ping: () => pings.push(clock.monotonic() - begin),
      dead: () => deaths.push(clock.monotonic() - begin),
    });
  });

  it('pings every 20 s while signs of life come', () => {
    heartbeat.start();
    for (let i = 0; i < 10; i++) {
      clock.advance(10_000);
      heartbeat.signOfLife();
    }
    expect(pings).to.deep.equal([20_000, 40_000, 60_000, 80_000, 100_000]);
    expect(deaths).to.deep.equal([]);
  });

  it('reports a peer as dead without a sign of life before the next ping', () => {
    heartbeat.start();
    clock.advance(39_999);
    expect(deaths).to.deep.equal([]);
    clock.advance(1);
    expect(deaths).to.deep.equal([40_000]);
    expect(clock.pending).to.equal(0);
  });

  it('accepts a sign of life at the last moment', () => {
    heartbeat.start();
    clock.advance(39_999);
    heartbeat.signOfLife();
    clock.advance(1);
    expect(deaths).to.deep.equal([]);
    clock.advance(20_000);
    expect(deaths).to.deep.equal([60_000]);
  });

  it('reads waiting data after a suspension before it reports the peer as dead', () => {
    heartbeat.start();
    clock.advance(20_000);
    clock.suspend(3_600_000);
    clock.advance(0);
    expect(deaths).to.deep.equal([]);
    heartbeat.signOfLife();
    clock.advance(1_000);
    expect(deaths).to.deep.equal([]);
    expect(pings).to.have.length(2);
  });

  it('reports a dead peer 1 s after a suspension', () => {
    heartbeat.start();
    clock.advance(20_000);
    clock.suspend(3_600_000);
    clock.advance(999);
    expect(deaths).to.deep.equal([]);
    clock.advance(1);
    expect(deaths).to.have.length(1);
  });

  it('ignores jumps of the wall clock', () => {
    heartbeat.start();
    clock.jumpWall(86_400_000);
    clock.advance(20_000);
    heartbeat.signOfLife();
    clock.jumpWall(-2 * 86_400_000);
    clock.advance(20_000);
    expect(pings).to.deep.equal([20_000, 40_000]);
    expect(deaths).to.deep.equal([]);
  });

  it('stops its timer, and can be started again', () => {
    heartbeat.start();
    heartbeat.start();
    expect(clock.pending).to.equal(1);
    heartbeat.stop();
    heartbeat.stop();
    expect(clock.pending).to.equal(0);
    heartbeat.start();
    clock.advance(40_000);
    expect(deaths).to.have.length(1);
  });

  it('uses one timer for thousands of sessions, and beats for each at its own time', () => {
    const beats: number[] = [];
    const others = Array.from({ length: 3_000 }, (_, at) => {
      const other = new Heartbeat(clock, 20_000, {
        ping: () => beats.push(at),
        dead: () => undefined,
      });
      other.start();
      clock.advance(1);
      return other;
    });
    expect(clock.pending).to.equal(1);
    clock.advance(16_000);
    const [first] = others;
    first?.stop();
    clock.advance(4_000);
    expect(beats).to.deep.equal(Array.from({ length: 2_999 }, (_, at) => at + 1));
    for (const other of others) other.stop();
    expect(clock.pending).to.equal(0);
  });

  it('continues for other sessions when one throws', () => {
    const failing = new Heartbeat(clock, 20_000, {
      ping: () => {
        throw new Error('no ping');
      },
      dead: () => undefined,
    });
    failing.start();
    heartbeat.start();
    expect(() => {
      clock.advance(20_000);
    }).to.throw('no ping');
    clock.advance(1);
    expect(pings).to.have.length(1);
  });
});
