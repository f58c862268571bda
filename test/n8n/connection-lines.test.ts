import { AccoladesError, type SessionStatus } from '@accolades-flow/core';
import { expect } from 'chai';
import type { INode, Logger } from 'n8n-workflow';
import { ConnectionLines } from '../../nodes/shared/connection-lines.ts';
import { FakeClock } from '../../packages/core/test/support/fake-clock.ts';

const NODE: INode = {
  id: '1',
  name: 'Calls',
  type: 'accoladesTrigger',
  typeVersion: 1,
  position: [0, 0],
  parameters: {},
};

describe('the log of the connections of a trigger', () => {
  const ready: SessionStatus = { state: 'ready', since: 0, attempt: 1 };
  const waiting: SessionStatus = {
    state: 'waiting',
    since: 0,
    attempt: 1,
    nextAttemptAt: 1,
    reason: new AccoladesError('NETWORK'),
  };
  let written: string[];
  let clock: FakeClock;
  let lines: ConnectionLines;

  beforeEach(() => {
    written = [];
    clock = new FakeClock();
    const write = (line: string): void => {
      written.push(line);
    };
    const logger: Logger = { error: write, warn: write, info: write, debug: write };
    lines = new ConnectionLines(logger, NODE, 'w', clock);
  });

  afterEach(() => {
    lines.log.close();
  });

  const update = (status: SessionStatus, count: number): void => {
    lines.log.onStatus({
      agents: Array.from({ length: count }, (_, i) => ({ label: `a${i + 1}`, status })),
      connected: 0,
      total: count,
    });
    clock.advance(10_000);
  };

  it('gives the reason before the names of several agents, in every line that has one', () => {
    for (const status of [waiting, ready, waiting]) update(status, 12);
    const names = '“a1”, “a2”, “a3”, “a4”, “a5” and 7 more';
    const reason = new AccoladesError('NETWORK').message;
    expect(written).to.deep.equal([
      `[Accolades] 12 agents are not connected yet. ${reason} They are: ${names}.`,
      `[Accolades] Agents ${names}: connected to Accolades.`,
      `[Accolades] 12 agents were disconnected. ${reason} They are: ${names}.`,
    ]);
  });

  it('names a single agent first', () => {
    for (const status of [waiting, ready, waiting]) update(status, 1);
    expect(written.map((line) => line.slice(0, 40))).to.deep.equal([
      '[Accolades] Agent “a1”: not connected ye',
      '[Accolades] Agent “a1”: connected to Acc',
      '[Accolades] Agent “a1”: disconnected. Th',
    ]);
  });
});
