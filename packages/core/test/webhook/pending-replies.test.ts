import { expect } from 'chai';
import { AccoladesError } from '../../src/errors.ts';
import { answerPending, PendingReplies, type ReplyKind } from '../../src/webhook/pending-replies.ts';
import type { HttpAnswer } from '../../src/webhook/reply.ts';
import { FakeClock } from '../support/fake-clock.ts';

const answer = (body: string): HttpAnswer => ({ status: 200, headers: {}, body });

describe('pending replies', () => {
  let clock: FakeClock;
  let replies: PendingReplies;
  let sent: string[];

  beforeEach(() => {
    clock = new FakeClock();
    replies = new PendingReplies({ clock, maxPending: 3 });
    sent = [];
  });

  function open(kind: ReplyKind = 'ivr', owner = 'node'): string {
    const token = replies.open({
      kind,
      owner,
      limitMs: 5_000,
      fallback: answer('fallback'),
      respond: ({ body }, by) => sent.push(`${by}: ${body}`),
    });
    if (token === null) throw new Error('full');
    return token;
  }

  function codeOf(token: unknown, kind: ReplyKind = 'ivr'): string {
    try {
      answerPending(token, kind, answer('flow'), replies);
      return 'sent';
    } catch (error) {
      return error instanceof AccoladesError ? error.code : String(error);
    }
  }

  it('are sent once, and end their timer', () => {
    const token = open();
    clock.advance(4_999);
    expect([codeOf(token), codeOf(token)]).to.deep.equal(['sent', 'REPLY_ALREADY_SENT']);
    clock.advance(60_000);
    expect(sent).to.deep.equal(['flow: flow']);
    expect(clock.pending).to.equal(0);
  });

  it('send the fallback at the limit; a later answer is rejected as too late', () => {
    const token = open();
    clock.advance(5_000);
    expect(sent).to.deep.equal(['fallback: fallback']);
    expect(codeOf(token)).to.equal('REPLY_TOO_LATE');
    expect(sent).to.have.lengthOf(1);
  });

  it('of another kind are rejected, and the request keeps waiting', () => {
    const token = open('confirmHangup');
    expect(codeOf(token, 'ivr')).to.equal('INVALID_REPLY');
    expect(codeOf(token, 'confirmHangup')).to.equal('sent');
  });

  it('without a request are rejected as unknown', () => {
    for (const token of ['x', '', undefined, null, 7, {}]) expect(codeOf(token)).to.equal('REPLY_UNKNOWN');
  });

  it('to a disconnected sender are too late', () => {
    const token = open();
    replies.abandon(token);
    expect(codeOf(token)).to.equal('REPLY_TOO_LATE');
    expect([sent.length, clock.pending]).to.deep.equal([0, 0]);
  });

  it('get the fallback when their owner closes', () => {
    const mine = open('ivr', 'mine');
    const other = open('ivr', 'other');
    replies.closeOwner('mine');
    replies.closeOwner('mine');
    expect(sent).to.deep.equal(['fallback: fallback']);
    expect([codeOf(mine), codeOf(other)]).to.deep.equal(['REPLY_TOO_LATE', 'sent']);
    expect(clock.pending).to.equal(0);
  });

  it('are limited in number', () => {
    const first = open();
    open();
    open();
    const full = {
      kind: 'ivr',
      owner: 'x',
      limitMs: 1,
      fallback: answer(''),
      respond: () => undefined,
    } as const;
    expect(replies.open(full)).to.equal(null);
    expect(codeOf(first)).to.equal('sent');
    expect(replies.open(full)).to.be.a('string');
  });

  it('of one endpoint leave room for other endpoints, counting all its instances', () => {
    replies = new PendingReplies({ clock, maxPending: 10, maxOfEndpoint: 2 });
    const openFor = (share: string, owner: string): string | null =>
      replies.open({
        kind: 'ivr',
        owner,
        share,
        limitMs: 5_000,
        fallback: answer('fallback'),
        respond: () => undefined,
      });
    const first = openFor('one', 'before a deployment');
    expect(openFor('one', 'after it')).to.be.a('string');
    expect(openFor('one', 'after it')).to.equal(null);
    expect(openFor('two', 'other')).to.be.a('string');
    expect(codeOf(first)).to.equal('sent');
    expect(openFor('one', 'after it')).to.be.a('string');
    replies.closeOwner('after it');
    expect([openFor('one', 'x'), openFor('one', 'x')]).to.not.include(null);
  });

  it('of one endpoint are a quarter of all by default', () => {
    replies = new PendingReplies({ clock });
    const openFor = (owner: string): string | null =>
      replies.open({
        kind: 'ivr',
        owner,
        limitMs: 5_000,
        fallback: answer('fallback'),
        respond: () => undefined,
      });
    const opened = (owner: string): number =>
      Array.from({ length: 400 }, () => openFor(owner)).filter((token) => token !== null).length;
    expect(['a', 'b', 'c', 'd', 'e'].map(opened)).to.deep.equal([250, 250, 250, 250, 0]);
    for (const owner of ['a', 'b', 'c', 'd']) replies.closeOwner(owner);
    expect([replies.size, clock.pending]).to.deep.equal([0, 0]);
  });

  it('survive a response that cannot be sent', () => {
    const token = replies.open({
      kind: 'ivr',
      owner: 'x',
      limitMs: 1,
      fallback: answer(''),
      respond: () => {
        throw new Error('gone');
      },
    });
    expect(codeOf(token)).to.equal('sent');
  });

  it('recognise tokens of another process', () => {
    const other = new PendingReplies({ clock });
    const token = open();
    expect(replies.isOwn(token)).to.be.true;
    expect(other.isOwn(token)).to.be.false;
    expect(replies.isOwn('')).to.be.false;
  });

  it('have tokens that cannot be guessed', () => {
    const token = open();
    expect(token).to.match(/^[\w-]{30}$/);
    expect(token).not.to.equal(open());
  });
});
