import { expect } from 'chai';
import { movedOutputs } from '../src/nodes/accolades-call/ports.ts';

describe('Wires, when the outputs of accolades-call change,', () => {
  it('follow their event', () => {
    expect(
      movedOutputs(['outgoingCall', 'agentConnected'], ['incomingCall', 'outgoingCall', 'agentConnected']),
    ).to.deep.equal({
      0: 1,
      1: 2,
      new0: 0,
    });
  });

  it('go with their event', () => {
    expect(movedOutputs(['incomingCall', 'outgoingCall'], ['outgoingCall'])).to.deep.equal({ 0: -1, 1: 0 });
  });

  it('of the single output become those of the first event, and back', () => {
    expect(movedOutputs(null, ['incomingCall', 'outgoingCall'])).to.deep.equal({ 0: 0, new1: 1 });
    expect(movedOutputs(['incomingCall', 'outgoingCall'], null)).to.deep.equal({ 0: 0, 1: -1 });
  });

  it('stay when nothing changes', () => {
    expect(movedOutputs(null, null)).to.deep.equal({ 0: 0 });
    expect(movedOutputs(['incomingCall'], ['incomingCall'])).to.deep.equal({ 0: 0 });
  });
});
