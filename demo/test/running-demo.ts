import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { waitUntil } from '../../hosts/deadline.ts';
import { nodeRuntime } from '../../hosts/node-runtime.ts';
import { npmCommand } from '../../hosts/packages.ts';
import { repositoryRoot } from '../../hosts/paths.ts';

/** Runs `npm start` in its own process group, as a terminal does. */
export class RunningDemo {
  readonly #child: ChildProcess;
  readonly #pid: number;
  #output = '';

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    const surroundings = { ...nodeRuntime().env, ...env };
    if (!('SLACK_WEBHOOK_URL' in env)) delete surroundings['SLACK_WEBHOOK_URL'];
    this.#child = spawn(npmCommand, ['start', '--silent', '--', ...args], {
      cwd: repositoryRoot,
      env: surroundings,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (this.#child.pid === undefined) throw new Error('npm could not be started.');
    this.#pid = this.#child.pid;
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
  }

  /** The output so far. */
  get output(): string {
    return this.#output;
  }

  /** Waits for this output. @returns the match */
  waitFor(pattern: RegExp, deadlineMs: number): Promise<RegExpExecArray> {
    return waitUntil(`${String(pattern)} in the output`, () => pattern.exec(this.#output) ?? undefined, {
      deadlineMs,
      giveUp: () => (this.#hasEnded() ? new Error(`It ended:\n${this.#output}`) : undefined),
      details: () => this.#output,
    });
  }

  /** The address after this label in the output. */
  async address(label: string, deadlineMs: number): Promise<string> {
    const [, address = ''] = await this.waitFor(new RegExp(`${label} +(http://\\S+)`), deadlineMs);
    return address;
  }

  /** Sends the signal of Ctrl-C in a terminal. */
  pressCtrlC(): void {
    process.kill(-this.#pid, 'SIGINT');
  }

  /** Waits for its end. @returns its exit code, or the signal that ended it */
  async ended(deadlineMs: number): Promise<number | NodeJS.Signals | null> {
    await waitUntil('The end', () => this.#hasEnded(), { deadlineMs, details: () => this.#output });
    return this.#child.exitCode ?? this.#child.signalCode;
  }

  /** All processes that it and its children have started. */
  processes(): number[] {
    const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' });
    const pairs = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
    const found = [this.#pid];
    for (const parent of found) {
      for (const [pid, ppid] of pairs) if (pid !== undefined && ppid === parent) found.push(pid);
    }
    return found;
  }

  /** Kills all remaining processes at the end of a test. */
  kill(): void {
    if (this.#hasEnded()) return;
    for (const pid of this.processes()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has already ended.
      }
    }
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

/** Waits until none of these processes exists. */
export function allGone(pids: readonly number[], deadlineMs: number): Promise<true> {
  return waitUntil('All processes to be gone', () => pids.every((pid) => !isAlive(pid)), {
    deadlineMs,
    details: () => `Left: ${pids.filter(isAlive).join(', ')}`,
  }).then(() => true as const);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
