import { expect } from 'chai';
import { migrate, type Migration } from '../src/migrations/migrate.ts';
import { agentMigrations } from '../src/nodes/accolades-agent/migrations.ts';
import { callMigrations } from '../src/nodes/accolades-call/migrations.ts';

describe('Migrations', () => {
  const steps: Migration[] = [
    { version: 1, upgrade: (settings) => ({ a: 1, ...settings }) },
    { version: 2, upgrade: ({ a, ...settings }) => ({ ...settings, b: a }) },
  ];

  it('take settings from where they are to the newest version', () => {
    expect(migrate({}, steps)).to.deep.equal({ b: 1, version: 2 });
    expect(migrate({ a: 7 }, steps)).to.deep.equal({ b: 7, version: 2 });
    expect(migrate({ a: 7, version: 1 }, steps)).to.deep.equal({ b: 7, version: 2 });
    expect(migrate({ a: 7, version: 2 }, steps)).to.deep.equal({ a: 7, version: 2 });
  });

  it('leave settings of a newer version alone', () => {
    const newer = { version: 9, x: 1 };
    expect(migrate(newer, steps)).to.equal(newer);
  });

  it('take a version that is none for 0', () => {
    expect(migrate({ version: '1' }, steps)).to.deep.equal({ b: 1, version: 2 });
  });

  for (const [type, migrations] of [
    ['accolades-agent', agentMigrations],
    ['accolades-call', callMigrations],
  ] as const) {
    it(`of ${type} are numbered from 1 without a gap, and change nothing that they are given`, () => {
      expect(migrations.map(({ version }) => version)).to.deep.equal(migrations.map((_, index) => index + 1));
      const given = Object.freeze({ id: 'x', type, name: 'Mine' });
      expect(migrate(given, migrations)).to.deep.include({ id: 'x', type, name: 'Mine' });
    });
  }

  it('of accolades-call fill in what a hand-written node lacks, and keep what it has', () => {
    expect(migrate({}, callMigrations)).to.deep.equal({
      version: 1,
      events: ['incomingCall', 'outgoingCall'],
      callSource: 'all',
      numbers: '',
      firstRingOnly: false,
      includeConfiguration: false,
      splitOutputs: false,
    });
    expect(migrate({ events: ['agentConnected'] }, callMigrations)).to.deep.include({
      events: ['agentConnected'],
    });
  });
});
