import type { Ledger } from './ledger.ts';

/** Lists the excused calls, and explains why no loss is hidden among them. */
export function explainExcuses(ledger: Ledger): string[] {
  return [
    'excused are calls that no client could get, because the soak itself had broken the connection that the PBX wrote them to, or ' +
      'had removed their owner: each was placed after that, or was still on its way; a call that was placed before and had time ' +
      'to arrive is never excused, but delivered or counted as lost.',
    ...[...ledger.excuses].map(([why, { count, before, longestLeadMs }]) => {
      const earlier =
        before === 0 ? '' : `; ${before} placed before that, by ${Math.round(longestLeadMs)} ms at most`;
      return `  excused, ${why}: ${count}${earlier}`;
    }),
    `  besides, not written to anybody, since the agent had no session on the server: ${ledger.notWritten}`,
  ];
}
