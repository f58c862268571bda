import { expect } from 'chai';

/** A message without values that differ between runs; checks that each removed value is a time. */
export function withoutTimes(message: unknown): unknown {
  expect(message).to.be.an('object');
  const { receivedAt, ...rest } = { receivedAt: undefined, ...(message ?? {}) };
  expect(receivedAt, 'receivedAt').to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  return rest;
}
