import { setImmediate } from 'node:timers/promises';
import type { AccoladesEvent } from '@accolades-flow/core';
import { expect } from 'chai';
import {
  ACTIVATION_BATCH_MS,
  BATCH_MS,
  ConnectionBatch,
} from '../../nodes/AccoladesTrigger/connection-batch.ts';
import { CredentialWatch } from '../../nodes/AccoladesTrigger/credential-watch.ts';
import { MANUAL_TEST_MS, ManualTests } from '../../nodes/AccoladesTrigger/manual-tests.ts';
import { readAgentCredential, type AgentConnection } from '../../nodes/shared/agent-credential.ts';
import {
  CREDENTIAL_CHECK_MS,
  CredentialPolls,
  MIN_READ_GAP_MS,
  type StoredCredential,
} from '../../nodes/shared/credential-polls.ts';
import { claimOwner } from '../../nodes/shared/owner-name.ts';
import { FakeClock } from '../../packages/core/test/support/fake-clock.ts';

describe('The Accolades Trigger over time', () => {
  let clock: FakeClock;
  beforeEach(() => {
    clock = new FakeClock();
  });

  describe('a changed credential', () => {
    const credential = (labels: readonly string[], more: StoredCredential = {}): StoredCredential => ({
      idCrm: labels.map((label) => `${label}=${label}1234567`).join('\n'),
      url: 'wss://example.com',
      ...more,
    });
    let stored: () => Promise<StoredCredential | null>;
    let changes: AgentConnection[];
    let invalid: string[];
    let watch: CredentialWatch;

    beforeEach(() => {
      stored = () => Promise.resolve(credential(['a', 'b']));
      changes = [];
      invalid = [];
      watch = new CredentialWatch(readAgentCredential(credential(['a', 'b'])), {
        polls: new CredentialPolls(clock),
        credentialId: '1',
        read: () => stored(),
        decode: (changed) => readAgentCredential(changed),
        onChange: (changed) => changes.push(changed),
        onInvalid: (reason) => invalid.push(reason),
      });
    });
    afterEach(() => {
      watch.close();
      watch.close();
      expect(clock.pending).to.equal(0);
    });
    const check = async () => {
      clock.advance(CREDENTIAL_CHECK_MS);
      await setImmediate();
    };

    it('is taken over once, within half a minute', async () => {
      await check();
      expect(changes).to.deep.equal([]);
      for (const changed of [
        credential(['a']),
        credential(['a', 'c']),
        credential(['a', 'c'], { url: 'wss://other.example' }),
        credential(['a', 'c'], { url: 'wss://other.example', allowUnauthorizedCerts: true }),
      ]) {
        stored = () => Promise.resolve(changed);
        await check();
        await check();
        expect(changes.splice(0)).to.deep.equal([readAgentCredential(changed)]);
      }
    });

    it('that cannot be used is reported once, and the one before stays', async () => {
      stored = () => Promise.resolve(credential([]));
      await check();
      await check();
      stored = () => Promise.resolve(null);
      await check();
      await check();
      expect(changes).to.deep.equal([]);
      expect(invalid).to.have.lengthOf(2);
      expect(invalid[0]).to.match(/^No idCrm is given/);
      expect(invalid[1]).to.equal('The credential was deleted.');
      stored = () => Promise.resolve(credential(['c']));
      await check();
      expect(changes).to.deep.equal([readAgentCredential(credential(['c']))]);
    });

    it('is found after the database did not answer for a while, without a word', async () => {
      stored = () => Promise.reject(new Error('timeout'));
      await check();
      await check();
      stored = () => Promise.resolve(credential(['c']));
      await check();
      expect([changes, invalid]).to.deep.equal([[readAgentCredential(credential(['c']))], []]);
    });

    it('is not taken over by a trigger that was closed meanwhile', async () => {
      stored = () => Promise.resolve(credential(['c']));
      clock.advance(CREDENTIAL_CHECK_MS);
      watch.close();
      await setImmediate();
      expect(changes).to.deep.equal([]);
    });
  });

  describe('the credentials of many triggers', () => {
    let polls: CredentialPolls;
    let reads: { readonly at: number; readonly reader: string }[];
    let seen: Map<string, unknown[]>;
    let ends: (() => void)[];

    beforeEach(() => {
      polls = new CredentialPolls(clock);
      reads = [];
      seen = new Map();
      ends = [];
    });
    afterEach(() => {
      for (const end of [...ends, ...ends]) end();
      expect(clock.pending).to.equal(0);
    });
    const subscribe = (
      credentialId: string,
      reader: string,
      read: () => Promise<StoredCredential | null> = () => Promise.resolve({ idCrm: credentialId }),
    ) => {
      const got: unknown[] = [];
      seen.set(reader, got);
      ends.push(
        polls.subscribe(credentialId, {
          read: () => {
            reads.push({ at: clock.monotonic(), reader });
            return read();
          },
          onRead: (credential) => got.push(credential?.['idCrm']),
        }),
      );
    };
    const pass = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 1_000) {
        clock.advance(1_000);
        await setImmediate();
      }
    };

    it('are read once for all triggers with the same credential', async () => {
      for (let n = 0; n < 100; n++) subscribe('one', `trigger ${n}`);
      await pass(2 * CREDENTIAL_CHECK_MS);
      expect(reads).to.have.lengthOf(2);
      expect([...seen.values()]).to.deep.equal(Array.from({ length: 100 }, () => ['one', 'one']));
    });

    it('are read in turn, spread over half a minute', async () => {
      for (const id of ['one', 'two', 'three']) subscribe(id, id);
      const start = clock.monotonic();
      await pass(2 * CREDENTIAL_CHECK_MS);
      expect(reads.map(({ at, reader }) => [(at - start) / 1_000, reader])).to.deep.equal([
        [10, 'one'],
        [20, 'two'],
        [30, 'three'],
        [40, 'one'],
        [50, 'two'],
        [60, 'three'],
      ]);
    });

    it('are read one each second at most, however many there are', async () => {
      for (let n = 0; n < 100; n++) subscribe(`credential ${n}`, `trigger ${n}`);
      await pass(100 * MIN_READ_GAP_MS);
      expect(new Set(reads.map(({ reader }) => reader)).size).to.equal(100);
      expect(reads).to.have.lengthOf(100);
    });

    it('reach all triggers although reads of one trigger fail, hang or end late', async () => {
      let finish: (credential: StoredCredential) => void = () => undefined;
      const late = new Promise<StoredCredential>((resolve) => {
        finish = resolve;
      });
      subscribe('one', 'failing', () => Promise.reject(new Error('timeout')));
      subscribe('one', 'hanging', () => late);
      subscribe('one', 'reading');
      await pass(7 * CREDENTIAL_CHECK_MS);
      expect(seen.get('failing')).to.deep.equal(['one', 'one', 'one']);
      finish({ idCrm: 'older' });
      await setImmediate();
      expect(seen.get('reading')).to.deep.equal(['one', 'one', 'one']);
    });

    it('are still read when a trigger with the same credential ends', async () => {
      subscribe('one', 'ending');
      subscribe('one', 'staying');
      ends[0]?.();
      await pass(CREDENTIAL_CHECK_MS);
      expect([seen.get('ending'), seen.get('staying')]).to.deep.equal([[], ['one']]);
    });
  });

  describe('connection events', () => {
    const event = (label: string): AccoladesEvent => ({
      event: 'agentConnected',
      agent: { label, id: null, phoneId: null, accountId: null },
      reason: null,
      receivedAt: '2026-11-21T08:00:00.000Z',
    });
    let delivered: string[][];
    let batch: ConnectionBatch;

    beforeEach(() => {
      delivered = [];
      batch = new ConnectionBatch((events) => {
        delivered.push(events.map(({ agent }) => agent.label));
      }, clock);
    });

    it('of one second are delivered together', () => {
      batch.add(event('a'));
      clock.advance(BATCH_MS - 1);
      batch.add(event('b'));
      expect(delivered).to.deep.equal([]);
      clock.advance(1);
      batch.add(event('c'));
      clock.advance(BATCH_MS);
      expect(delivered).to.deep.equal([['a', 'b'], ['c']]);
      expect(clock.pending).to.equal(0);
    });

    it('of an activation are delivered together when all agents are connected or have failed', async () => {
      let resolve: () => void = () => undefined;
      const outcome = new Promise<void>((settle) => {
        resolve = settle;
      });
      batch.collectUntil(outcome);
      batch.add(event('a'));
      clock.advance(10 * BATCH_MS);
      batch.add(event('b'));
      expect(delivered).to.deep.equal([]);
      resolve();
      await setImmediate();
      expect(delivered).to.deep.equal([['a', 'b']]);
      expect(clock.pending).to.equal(0);
    });

    it('of an activation wait half a minute at most', () => {
      batch.collectUntil(new Promise(() => undefined));
      batch.add(event('a'));
      clock.advance(ACTIVATION_BATCH_MS);
      expect(delivered).to.deep.equal([['a']]);
      expect(clock.pending).to.equal(0);
    });

    it('go before a call of the same agent, and wait for no other', () => {
      batch.add(event('a'));
      batch.add(event('b'));
      batch.flushBefore(event('c'));
      expect(delivered).to.deep.equal([]);
      batch.flushBefore(event('b'));
      expect(delivered).to.deep.equal([['a', 'b']]);
      expect(clock.pending).to.equal(0);
    });

    it('are not lost when the trigger is closed', () => {
      batch.collectUntil(new Promise(() => undefined));
      batch.add(event('a'));
      expect(batch.close().map(({ agent }) => agent.label)).to.deep.equal(['a']);
      expect(batch.close()).to.deep.equal([]);
      expect(clock.pending).to.equal(0);
    });
  });

  describe('a test in the editor', () => {
    it('ends after some minutes', () => {
      const ends: string[] = [];
      const tests = new ManualTests(clock);
      tests.begin('node', (why) => ends.push(why));
      clock.advance(MANUAL_TEST_MS - 1);
      expect(ends).to.deep.equal([]);
      clock.advance(1);
      expect(ends).to.deep.equal(['expired']);
      expect(clock.pending).to.equal(0);
    });

    it('ends when the same node is tested again, and no other', () => {
      const ends: string[] = [];
      const tests = new ManualTests(clock);
      const forgetFirst = tests.begin('one', (why) => ends.push(`first ${why}`));
      const forgetOther = tests.begin('other', (why) => ends.push(`other ${why}`));
      const forgetSecond = tests.begin('one', (why) => ends.push(`second ${why}`));
      expect(ends).to.deep.equal(['first replaced']);
      forgetFirst();
      forgetOther();
      forgetSecond();
      clock.advance(MANUAL_TEST_MS);
      expect(ends).to.deep.equal(['first replaced']);
    });
  });

  describe('the owner of a subscription', () => {
    it('stays the same over re-publishes, also under another name', () => {
      const first = claimOwner('w', { id: 'n', name: 'Calls' });
      first.release();
      const second = claimOwner('w', { id: 'n', name: 'Renamed' });
      expect([second.owner, second.twin]).to.deep.equal([first.owner, null]);
      second.release();
    });

    it('is another one for a second node with the same ID, each time the same', () => {
      const claim = (name: string) => claimOwner('w', { id: 'n', name });
      const before = [claim('A'), claim('B')];
      for (const owner of before) owner.release();
      const after = [claim('A'), claim('B')];
      expect(after.map(({ owner }) => owner)).to.deep.equal(before.map(({ owner }) => owner));
      expect(new Set(after.map(({ owner }) => owner)).size).to.equal(2);
      expect(after.map(({ twin }) => twin)).to.deep.equal([null, 'A']);
      for (const owner of after) owner.release();
    });
  });
});
