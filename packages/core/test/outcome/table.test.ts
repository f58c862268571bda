import { expect } from 'chai';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { play, UNDISTURBED } from '../support/call-model/history.ts';
import { HYPOTHESES, RIGHT_SETTING, type Hypothesis } from '../support/call-model/posted.ts';
import { KINDS } from '../support/call-model/real-call.ts';
import type { HangupReports } from '../../src/outcome/contract.ts';

const PAGE = fileURLToPath(new URL('../../CALL-RESULTS.md', import.meta.url));
const DURATIONS = { ring: 15, wait: 20, talk: 95 };

const POSTERS: Record<Hypothesis, string> = {
  H1: 'every phone that rang',
  H2: 'phones that answered',
  H3: 'the last phone, once',
};

/** What is told of each call of a kind: the result, and why it is not known. */
function resultOf(kind: string, hypothesis: Hypothesis, hangups: HangupReports): string {
  const calls = KINDS[kind]?.(DURATIONS) ?? [];
  const { told } = play({ calls, hypothesis, hangups, idPer: 'call', disturbance: UNDISTURBED });
  const results = told.map(({ records: [record] }) => {
    if (record === undefined) return '(nothing posted)';
    return record.evidence.reason === null ? record.result : `${record.result} (${record.evidence.reason})`;
  });
  return results.join(', then ');
}

/** “unknown” beside the right setting, where they differ. */
function cell(kind: string, hypothesis: Hypothesis): string {
  const setting = RIGHT_SETTING[hypothesis];
  const [byDefault, right] = [resultOf(kind, hypothesis, 'unknown'), resultOf(kind, hypothesis, setting)];
  return byDefault === right ? byDefault : `${byDefault}; with \`${setting}\`: ${right}`;
}

function page(): string {
  const rows = Object.keys(KINDS).map((kind) => [
    kind,
    ...HYPOTHESES.map((hypothesis) => cell(kind, hypothesis)),
  ]);
  const header = ['call', ...HYPOTHESES.map((hypothesis) => POSTERS[hypothesis])];
  const lines = [header, header.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  return `# What is told of each kind of call

Accolades does not publish which phones post \`hangup\`. Each column is one possibility, each cell the
result that \`callEnded\` has then: with the default setting of \`hangups\`, and with the right one where
that differs. The test \`test/outcome/table.test.ts\` writes this page from a model of real calls.

${lines.join('\n')}
`;
}

describe('the table of call results', () => {
  it('is what the call tracker tells (ACCOLADES_WRITE_DOCS=1 writes it)', async () => {
    if (process.env['ACCOLADES_WRITE_DOCS'] === '1') await writeFile(PAGE, page());
    expect(await readFile(PAGE, 'utf8')).to.equal(page());
  });
});
