import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { DEFAULT_TIMINGS } from '../../src/session/contract.ts';
import { KNOWN_MAJOR_VERSION } from '../../src/protocol/api-version.ts';
import { MESSAGES, DEFAULT_SERVER_URL } from '../../src/protocol/messages.ts';
import { decode } from '../../src/protocol/decode.ts';
import { backoffCap } from '../../src/time/backoff.ts';

const DOCUMENT = readFileSync(new URL('../../PROTOCOL.md', import.meta.url), 'utf8');

/** The rows of the table under a heading, as cells. */
function tableUnder(heading: string): string[][] {
  const section = DOCUMENT.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    .slice(1)
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('\\|', '|')),
    );
}

describe('PROTOCOL.md', () => {
  it("lists exactly the messages of the decoder's table", () => {
    const rows = MESSAGES.map(({ type, direction, fields, source, note }) => {
      const texts = fields.map(
        (field) =>
          `\`${field.name}\` (${field.type}; ${field.required ? 'must' : field.documented ? 'documented' : 'may'})`,
      );
      return [`\`${type}\``, direction, texts.join(', ') || 'none', source, note];
    });
    expect(tableUnder('Messages')).to.deep.equal(rows);
  });

  it('names the deadlines, the intervals and the longest waits of the code', () => {
    expect(DOCUMENT).to.contain(
      `(TCP, TLS, upgrade). No compression is offered, no redirect followed. Deadline ${DEFAULT_TIMINGS.connectMs / 1000} s.`,
    );
    expect(DOCUMENT).to.contain(`wait for the answer. Deadline ${DEFAULT_TIMINGS.authenticateMs / 1000} s.`);
    expect(DOCUMENT).to.contain(
      `events do not wait for its answer. Deadline ${DEFAULT_TIMINGS.requestMs / 1000} s.`,
    );
    expect(DOCUMENT).to.contain(`A WebSocket ping goes out every ${DEFAULT_TIMINGS.heartbeatMs / 1000} s.`);
    const waits = tableUnder('The course of a session').map((row) => [
      row[0]?.match(/[A-Z_]{5,}/)?.[0],
      row[3],
    ]);
    const text = (ms: number): string => (ms > 60_000 ? `${ms / 60_000} min` : `${ms / 1000} s`);
    expect(waits).to.deep.equal([
      ['ID_NOT_FOUND', text(backoffCap('ID_NOT_FOUND'))],
      ['IP_MISSMATCH', text(backoffCap('IP_MISSMATCH'))],
      ['CONNECTION_EXISTS', text(backoffCap('CONNECTION_EXISTS'))],
      [undefined, text(backoffCap('AUTH_REFUSED'))],
      [undefined, text(backoffCap('NETWORK'))],
    ]);
    expect(DOCUMENT).to.contain(DEFAULT_SERVER_URL);
    expect(KNOWN_MAJOR_VERSION).to.equal(1);
  });

  it('lists every message of the decoder and no other', () => {
    const read = MESSAGES.filter(({ direction }) => direction === 'server → client').map(({ type }) => type);
    for (const type of read) expect(decode(JSON.stringify({ type })).kind, type).not.to.equal('unknown');
    for (const type of ['authRequest', 'callEnded', 'pong']) {
      expect(decode(JSON.stringify({ type })).kind, type).to.equal('unknown');
    }
  });

  it('marks as required the fields without which the decoder rejects a message', () => {
    for (const { type, direction, fields } of MESSAGES) {
      if (direction === 'client → server') continue;
      const sound = Object.fromEntries(
        fields.map(({ name }) => [name, type === 'configuration' ? null : '1.1']),
      );
      if ('callCenter' in sound) sound['callCenter'] = 'no';
      expect(decode(JSON.stringify({ type, ...sound })).kind, type).to.equal('message');
      for (const { name, required } of fields) {
        const without = JSON.stringify({ type, ...sound, [name]: undefined });
        expect(decode(without).kind, `${type} without ${name}`).to.equal(required ? 'malformed' : 'message');
        const damaged = `${without.slice(0, -1)},}`;
        const { documented } = fields.find((field) => field.name === name) ?? {};
        expect(decode(damaged).kind, `damaged ${type} without ${name}`).to.equal(
          documented ? 'malformed' : 'message',
        );
      }
    }
  });
});
