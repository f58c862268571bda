import { expect } from 'chai';
import { deepCopy } from 'n8n-workflow';
import { onceWritten } from '../../nodes/shared/once-written.ts';

describe('The moment at which n8n writes the items of an execution', () => {
  const items = () => [[], [{ json: { event: 'incomingCall', phone: { e164: '+40211234567' } } }]];

  it('is told once, and leaves the items as they were', () => {
    const outputs = items();
    let written = 0;
    onceWritten(outputs, () => written++);
    expect(written).to.equal(0);
    expect(Object.keys(outputs[1]?.[0]?.json ?? {})).to.deep.equal(['event', 'phone']);
    expect(JSON.stringify(outputs)).to.equal(JSON.stringify(items()));
    expect(written).to.equal(1);
    expect(JSON.stringify(outputs)).to.equal(JSON.stringify(items()));
    expect(written).to.equal(1);
    expect(Object.getOwnPropertyNames(outputs[1]?.[0]?.json)).to.deep.equal(['event', 'phone']);
  });

  it('does not hinder a copy', () => {
    const outputs = items();
    onceWritten(outputs, () => undefined);
    expect(deepCopy(outputs)).to.deep.equal(items());
    onceWritten(outputs, () => undefined);
    expect(structuredClone(outputs)).to.deep.equal(items());
  });
});
