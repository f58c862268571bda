import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { migrate, type Migration } from '../src/migrations/migrate.ts';
import { accountMigrations } from '../src/nodes/accolades-account/migrations.ts';
import { agentMigrations } from '../src/nodes/accolades-agent/migrations.ts';
import { callMigrations } from '../src/nodes/accolades-call/migrations.ts';
import { commandMigrations } from '../src/nodes/accolades-command/migrations.ts';
import { contactMigrations } from '../src/nodes/accolades-contact/migrations.ts';
import { replyMigrations } from '../src/nodes/accolades-reply/migrations.ts';
import { requestMigrations } from '../src/nodes/accolades-request/migrations.ts';
import { lostPurposes, webhookMigrations } from '../src/nodes/accolades-webhook/migrations.ts';

const MIGRATIONS: Readonly<Record<string, readonly Migration[]>> = {
  'accolades-account': accountMigrations,
  'accolades-agent': agentMigrations,
  'accolades-call': callMigrations,
  'accolades-command': commandMigrations,
  'accolades-contact': contactMigrations,
  'accolades-reply': replyMigrations,
  'accolades-request': requestMigrations,
  'accolades-webhook': webhookMigrations,
};

const src = path.resolve(import.meta.dirname, '../src/nodes');
const examples = path.resolve(import.meta.dirname, '../examples');

/**
 * Nodes as the palette's first version wrote them, with every field set, and one written by hand.
 */
const OLD: readonly Readonly<Record<string, unknown>>[] = [
  { type: 'accolades-account', name: 'Ours', url: 'https://pbx.example', accountNumber: '77', version: 1 },
  { type: 'accolades-account', accountNumber: '77' },
  { type: 'accolades-agent', name: 'Desk', url: 'wss://pbx.example', country: 'DE', tls: 'x', version: 1 },
  { type: 'accolades-agent', country: 'DE' },
  {
    type: 'accolades-call',
    agent: 'x',
    events: ['agentConnected'],
    callSource: 'direct',
    numbers: '+40',
    firstRingOnly: true,
    includeConfiguration: true,
    splitOutputs: true,
    version: 1,
  },
  { type: 'accolades-call', agent: 'x', numbers: '0721' },
  { type: 'accolades-command', account: 'x', command: 'ping', numberFormat: 'e164', country: 'DE' },
  { type: 'accolades-command', account: 'x', deviceId: 'device', deviceIdType: 'env' },
  { type: 'accolades-contact', contacts: 'people', contactsType: 'global', numberFields: 'nr' },
  {
    type: 'accolades-reply',
    reply: 'confirmHangup',
    decision: 'extend',
    decisionType: 'extend',
    seconds: '9',
  },
  { type: 'accolades-request', agent: 'x', request: 'version', parse: 'json' },
  { type: 'accolades-webhook', path: '/mine', events: ['hangup'], hangupFormat: 'form', maxBodyBytes: '9' },
  { type: 'accolades-webhook', receives: 'connector', events: ['agentConnected'], numbers: '0721' },
];

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

  it('are there for every node type', async () => {
    expect(Object.keys(MIGRATIONS)).to.have.members(await readdir(src));
  });

  for (const [type, migrations] of Object.entries(MIGRATIONS)) {
    it(`of ${type} are numbered from 1 without a gap, and each gives what the next would`, () => {
      expect(migrations.map(({ version }) => version)).to.deep.equal(migrations.map((_, index) => index + 1));
      const given = Object.freeze({ id: 'x', type, name: 'Mine', wires: Object.freeze([]) });
      const migrated = migrate(given, migrations);
      expect(migrated).to.deep.include({ ...given, version: migrations.length });
      expect(migrate(Object.freeze(migrated), migrations)).to.equal(migrated);
      // Applies each migration separately, as updating the palette often would.
      const stepwise = migrations.reduce((settings, step) => migrate(settings, [step]), migrate(given, []));
      expect(stepwise).to.deep.equal(migrated);
    });

    it(`of ${type} end at the version that the dialog saves`, async () => {
      const editor = await readFile(path.join(src, type, 'editor.ts'), 'utf8');
      const saved = [
        ...editor.matchAll(/version: \{\s*value: (\d+)/g),
        ...editor.matchAll(/\['version'\] = (\d+)/g),
      ].map(([, version]) => Number(version));
      expect(saved.length, 'places that name it').to.be.at.least(1);
      expect(new Set(saved)).to.deep.equal(new Set([migrations.length]));
    });
  }

  for (const old of OLD) {
    const { version = 'none', type } = old;
    it(`keep every value of an old ${String(type)} (version ${String(version)}, ${Object.keys(old).length} fields)`, () => {
      const migrations = MIGRATIONS[String(type)] ?? [];
      expect(migrate(old, migrations)).to.deep.include({ ...old, version: migrations.length });
    });
  }

  it('of accolades-call add settings that a hand-written node lacks', () => {
    expect(migrate({}, callMigrations)).to.deep.equal({
      version: 1,
      events: ['incomingCall', 'outgoingCall'],
      callSource: 'all',
      numbers: '',
      firstRingOnly: false,
      includeConfiguration: false,
      splitOutputs: false,
    });
  });

  for (const [events, receives, kept, lost] of [
    [undefined, 'notifications', ['callEnded'], []],
    [['answer', 'hangup'], 'notifications', ['answer', 'hangup'], []],
    [['ivrRequest'], 'ivr', ['ivrRequest'], []],
    [['agentConnected'], 'connector', ['agentConnected'], []],
    [['incomingCall', 'ivrRequest', 'hangup'], 'notifications', ['hangup'], ['ivr', 'connector']],
    [['incomingCall', 'ivrRequest'], 'ivr', ['ivrRequest'], ['connector']],
    [[], 'notifications', [], []],
    [['no such event'], 'notifications', ['no such event'], []],
  ] as const) {
    it(`of accolades-webhook give a node with ${JSON.stringify(events ?? 'no list')} the purpose ${receives}`, () => {
      const old = { path: '/a', version: 1, ...(events === undefined ? {} : { events }) };
      expect(migrate(old, webhookMigrations)).to.deep.include({ receives, events: kept, version: 2 });
      expect(lostPurposes(old)).to.deep.equal(lost);
    });
  }

  it('change nothing of the examples, which are of the newest version', async () => {
    let seen = 0;
    for (const file of await readdir(examples)) {
      const parsed: unknown = JSON.parse(await readFile(path.join(examples, file), 'utf8'));
      const nodes: readonly unknown[] = Array.isArray(parsed) ? parsed : [];
      for (const node of nodes) {
        const settings: Record<string, unknown> = { ...(node ?? {}) };
        const migrations = MIGRATIONS[String(settings['type'])];
        if (migrations === undefined) continue;
        expect(migrate(settings, migrations), `${file}: ${String(settings['type'])}`).to.equal(settings);
        seen++;
      }
    }
    expect(seen).to.be.at.least(15);
  });
});
