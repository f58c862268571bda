import { expect } from 'chai';
import { isKnownVersion } from '../../src/protocol/api-version.ts';

describe('the version of the API', () => {
  for (const version of ['1', '1.1.0', 'v1.2', ' 1.9.9-beta']) {
    it(`supports “${version}”`, () => {
      expect(isKnownVersion(version)).to.equal(true);
    });
  }

  for (const version of ['', '0.9', '2.0.0', '11.0', 'one', '.1', '-1']) {
    it(`does not support “${version}”`, () => {
      expect(isKnownVersion(version)).to.equal(false);
    });
  }
});
