import { CONNECTOR_PROBE_API_NAME } from '@accolades-flow/core';
import { expect } from 'chai';
import { probeAddress } from '../src/reachability.ts';

describe('the question why a post got no answer', () => {
  it('has the name by which the endpoint ignores it, and keeps the query of the address', () => {
    expect(probeAddress('https://flow.example/calls?a=1')).to.equal(
      `https://flow.example/calls?a=1&apiName=${CONNECTOR_PROBE_API_NAME}`,
    );
  });
});
