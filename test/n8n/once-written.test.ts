import { expect } from 'chai';
import { deepCopy } from 'n8n-workflow';
import { onceWritten } from '../../nodes/shared/once-written.ts';

describe('The items of an execution that n8n saves', () => {
  const items = () => [[], [{ json: { event: 'incomingCall', phone: { e164: '+40211234567' } } }]];

  it('report the saving once, and are unchanged after it', () => {
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

  it('cannot be saved any more once they were taken back', () => {
    const outputs = items();
    let written = 0;
    const takeBack = onceWritten(outputs, () => written++);
    takeBack();
    expect(() => JSON.stringify(outputs)).to.throw(/passed on again/);
    expect(written).to.equal(0);
  });

  it('can be copied', () => {
    const outputs = items();
    onceWritten(outputs, () => undefined);
    expect(deepCopy(outputs)).to.deep.equal(items());
    onceWritten(outputs, () => undefined);
    expect(structuredClone(outputs)).to.deep.equal(items());
  });
});
