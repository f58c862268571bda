import { expect } from 'chai';
import { backoffCap, backoffDelay, STABLE_AFTER_MS } from '../../src/time/backoff.ts';
import type { AccoladesErrorCode } from '../../src/errors.ts';

const CAPS: readonly [AccoladesErrorCode, number][] = [
  ['NETWORK', 30_000],
  ['CONNECTION_LOST', 30_000],
  ['CONNECT_TIMEOUT', 30_000],
  ['AUTH_TIMEOUT', 30_000],
  ['HEARTBEAT_TIMEOUT', 30_000],
  ['CONNECTION_CLOSED', 30_000],
  ['TLS_FAILED', 30_000],
  ['CONNECTION_EXISTS', 30_000],
  ['ID_NOT_FOUND', 60_000],
  ['IP_MISSMATCH', 300_000],
  ['AUTH_REFUSED', 300_000],
];

describe('backoff', () => {
  for (const [code, cap] of CAPS) {
    it(`waits ${cap / 1000} s at most after ${code}`, () => {
      expect(backoffCap(code)).to.equal(cap);
      for (const failures of [10, 31, 32, 1_000, 1e9]) {
        expect(backoffDelay(failures, code, () => 0.999_999_999)).to.equal(cap - 1);
      }
    });
  }

  it('doubles its ceiling from 1 s', () => {
    const ceilings = [1, 2, 3, 4, 5, 6, 7].map((n) => backoffDelay(n, 'NETWORK', () => 0.5) * 2);
    expect(ceilings).to.deep.equal([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('has full jitter: anywhere between nothing and the ceiling', () => {
    expect(backoffDelay(3, 'NETWORK', () => 0)).to.equal(0);
    expect(backoffDelay(3, 'NETWORK', () => 0.25)).to.equal(1_000);
    expect(backoffDelay(3, 'NETWORK', () => 1 - Number.EPSILON)).to.equal(3_999);
  });

  it('calls a session stable after 60 s', () => {
    expect(STABLE_AFTER_MS).to.equal(60_000);
  });
});
