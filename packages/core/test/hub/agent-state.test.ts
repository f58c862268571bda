import { expect } from 'chai';
import type { CallSighting } from '../../src/outcome/contract.ts';
import { HubRig, NOTHING } from '../support/hub-rig.ts';

const agent = (label: string): { label: string; idCrm: string } => ({ label, idCrm: `id-${label}` });

describe('the state of agents', () => {
  let rig: HubRig;
  let seen: CallSighting[];
  beforeEach(() => {
    seen = [];
    rig = new HubRig({
      onCall: (call) => {
        seen.push(call);
      },
    });
  });

  const configure = (label: string, phoneId: string): void => {
    for (const transport of rig.pbx.sessionsOf(`id-${label}`)) {
      transport.frame({
        type: 'configuration',
        account: { id: '15', data: '' },
        phone: { id: phoneId, data: '' },
        agent: { id: '321', data: '' },
      });
    }
  };
  const ring = (label: string): void => {
    for (const transport of rig.pbx.sessionsOf(`id-${label}`)) {
      transport.frame({ type: 'incomingCall', phoneNumber: '101', uniqueId: '1.1', callCenter: 'no' });
    }
  };
  const statesOf = (...labels: string[]): string[] =>
    rig.hub.agentStates({}, labels.map(agent)).map(({ state }) => state);

  it('opens no session for an agent that no node has', () => {
    expect(rig.hub.agentStates({}, [agent('a')])).to.deep.equal([
      {
        agent: { label: 'a', id: null, phoneId: null },
        state: 'notHere',
        ...{ reason: null, since: null, attempt: null, nextAttemptAt: null, lastCallAt: null },
      },
    ]);
    expect(rig.leftovers).to.deep.equal(NOTHING);
    expect(rig.pbx.transports).to.have.lengthOf(0);
  });

  it('tells who is connected, with ids, since when, and the last call', () => {
    rig.subscribe('owner', ['a']);
    expect(statesOf('a', 'b')).to.deep.equal(['connecting', 'notHere']);
    rig.pbx.settle();
    configure('a', '27');
    const since = new Date(rig.clock.now()).toISOString();
    rig.clock.advance(5_000);
    ring('a');
    expect(rig.hub.agentStates({}, [{ label: 'Front desk', idCrm: 'id-a' }])).to.deep.equal([
      {
        agent: { label: 'Front desk', id: '321', phoneId: '27' },
        state: 'connected',
        ...{ reason: null, since, attempt: 1, nextAttemptAt: null },
        lastCallAt: new Date(rig.clock.now()).toISOString(),
      },
    ]);
    expect(statesOf('a')).to.deep.equal(['connected']);
  });

  it('tells why an agent is not connected, and when it is tried again', () => {
    rig.pbx.refused.set('id-a', 'ID_NOT_FOUND');
    rig.subscribe('owner', ['a']);
    rig.pbx.settle();
    const [state] = rig.hub.agentStates({}, [agent('a')]);
    expect(state).to.include({ state: 'waiting', reason: 'ID_NOT_FOUND', attempt: 1, lastCallAt: null });
    expect(Date.parse(state?.nextAttemptAt ?? '')).to.be.greaterThan(rig.clock.now());
    rig.clock.advance(120_000);
    const [again] = rig.hub.agentStates({}, [agent('a')]);
    expect(again).to.include({ state: 'connecting', reason: 'ID_NOT_FOUND' });
  });

  it('does not know an agent under other settings of the server', () => {
    rig.subscribe('owner', ['a']);
    rig.pbx.settle();
    const states = rig.hub.agentStates({ allowUnauthorizedCerts: true }, [agent('a')]);
    expect(states.map(({ state }) => state)).to.deep.equal(['notHere']);
  });

  it('finds the agent who is connected with a phone', () => {
    rig.subscribe('owner', ['a', 'b']);
    rig.pbx.settle();
    configure('b', '28');
    expect(rig.hub.agentOf('28')).to.deep.equal({ label: 'b', id: '321' });
    expect(rig.hub.agentOf('29')).to.equal(null);
    for (const transport of rig.pbx.sessionsOf('id-b')) transport.fail();
    expect(rig.hub.agentOf('28')).to.equal(null);
  });

  it('counts each call event once, however many nodes have the agent', () => {
    rig.subscribe('one', ['a']);
    rig.subscribe('two', ['a']);
    rig.pbx.settle();
    ring('a');
    configure('a', '28');
    ring('a');
    const call = { direction: 'incoming', uniqueId: '1.1', phoneNumber: '101', callCenter: false };
    expect(seen).to.deep.equal([
      { ...call, phoneId: '27' },
      { ...call, phoneId: '28' },
    ]);
  });

  it('delivers calls although the listener of all calls fails', () => {
    rig = new HubRig({
      onCall: () => {
        throw new Error('no');
      },
    });
    const { events } = rig.subscribe('owner', ['a']);
    rig.pbx.settle();
    ring('a');
    expect(events).to.have.lengthOf(1);
  });

  it('tells with agentConnected for how long no session was up', () => {
    const { events } = rig.subscribe('owner', ['a'], {
      filter: { events: ['agentConnected', 'agentDisconnected'] },
    });
    rig.clock.advance(2_000);
    rig.pbx.settle();
    rig.pbx.answering = false;
    for (const transport of rig.pbx.live) transport.fail();
    rig.clock.advance(90_000);
    rig.pbx.answering = true;
    rig.run(60_000);
    expect(events.map(({ event }) => event)).to.deep.equal([
      ...['agentConnected', 'agentDisconnected', 'agentConnected'],
    ]);
    const [first, lost, again] = events;
    expect(first).to.include({ awaySeconds: null });
    expect(lost).not.to.have.property('awaySeconds');
    const away = (Date.parse(again?.receivedAt ?? '') - Date.parse(lost?.receivedAt ?? '')) / 1_000;
    expect(away).to.be.greaterThan(89);
    expect(again).to.include({ awaySeconds: Math.round(away) });
  });
});
