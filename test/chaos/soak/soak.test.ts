import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { say } from '../support/report.ts';

const SEED = 20_201_223;

describe('Soak', () => {
  it(`20 s of calls, faults and deploys at random, on a clock that runs ten times as fast, seed ${SEED}`, async () => {
    const script = fileURLToPath(new URL('./soak.ts', import.meta.url));
    const args = ['--minutes', '0.333', '--seed', String(SEED), '--speed', '10'];
    const soak = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines: string[] = [];
    createInterface({ input: soak.stdout }).on('line', (line) => {
      lines.push(line);
      say(line);
    });
    await once(soak, 'close');
    expect(soak.exitCode, lines.at(-1)).to.equal(0);
    expect(lines.at(-1)).to.equal('PASSED');
  });
});
