import type { Ledger } from './ledger.ts';
import type { Line, Lines } from './lines.ts';
import type { PbxMessage } from './pbx-messages.ts';

/** Records what the PBX reports about calls and faults, so that the ledger can judge lost calls. */
export function record(message: PbxMessage, ledger: Ledger, lines: Lines): void {
  switch (message.kind) {
    case 'called':
      ledger.written(message.number, message.agents, message.lines);
      return;
    case 'broke':
      for (const number of message.lines) {
        const line = lines.get(number);
        if (line !== undefined) line.brokenAt ??= performance.now();
      }
      return;
    case 'deafened':
      for (const number of message.lines) {
        const line = lines.get(number);
        if (line !== undefined) line.unheard = true;
      }
      return;
    case 'slowed':
      for (const number of message.lines) {
        const line = lines.get(number);
        if (line !== undefined) slow(line, message.ms);
      }
      return;
    case 'listening':
    case 'report':
  }
}

function slow(line: Line, ms: number): void {
  const now = performance.now();
  if (line.slow !== null && line.slow.until >= now)
    line.slow = { since: line.slow.since, until: Math.max(line.slow.until, now + ms) };
  else line.slow = { since: now, until: now + ms };
}
