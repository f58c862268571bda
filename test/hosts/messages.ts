import { expect } from 'chai';

/** A message without what must differ from run to run; what is left out is checked to be a time. */
export function withoutTimes(message: unknown): unknown {
  expect(message).to.be.an('object');
  const { receivedAt, ...rest } = { receivedAt: undefined, ...(message ?? {}) };
  expect(receivedAt, 'receivedAt').to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  return rest;
}
