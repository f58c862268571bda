import { expect } from 'chai';
import fc from 'fast-check';
import { RingGroups } from '../../src/call/ring-groups.ts';

const ring = (uniqueId: string) => ({ type: 'incomingCall', uniqueId }) as const;
const dialled = (uniqueId: string) => ({ type: 'outgoingCall', uniqueId }) as const;

describe('ring groups', () => {
  it('reports only the first incoming event of a call as the first ring', () => {
    const groups = new RingGroups();
    expect(Array.from({ length: 4 }, () => groups.isFirstRing(ring('1.1')))).to.deep.equal([
      true,
      false,
      false,
      false,
    ]);
    expect(groups.isFirstRing(ring('1.2'))).to.equal(true);
  });

  it('reports outgoing events as true and does not count them', () => {
    const groups = new RingGroups();
    const events = [dialled('1.1'), dialled('1.1'), ring('1.1'), dialled('1.1'), ring('1.1')];
    expect(events.map((event) => groups.isFirstRing(event))).to.deep.equal([true, true, true, true, false]);
  });

  it('reports exactly one first ring per call for any history', () => {
    const event = fc.record({
      type: fc.constantFrom('incomingCall' as const, 'outgoingCall' as const),
      uniqueId: fc.constantFrom('1.1', '1.2', '1.3'),
    });
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const groups = new RingGroups();
        const first = events.filter((each) => groups.isFirstRing(each));
        const rung = new Set(
          events.filter(({ type }) => type === 'incomingCall').map((each) => each.uniqueId),
        );
        expect(
          first.filter(({ type }) => type === 'incomingCall').map((each) => each.uniqueId),
        ).to.have.members([...rung]);
      }),
    );
  });

  it('reports an event without a usable id as the first', () => {
    const groups = new RingGroups();
    for (const id of ['', 'x'.repeat(257)]) {
      expect([groups.isFirstRing(ring(id)), groups.isFirstRing(ring(id))]).to.deep.equal([true, true]);
    }
  });

  it('remembers the last 1,000 calls', () => {
    const groups = new RingGroups();
    for (let i = 0; i < 1_000; i++) groups.isFirstRing(ring(`1.${i}`));
    expect(groups.isFirstRing(ring('1.0'))).to.equal(false);
    groups.isFirstRing(ring('1.1000'));
    expect(groups.isFirstRing(ring('1.0'))).to.equal(true);
  });
});
