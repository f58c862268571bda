import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** How a process ended: exactly one of the two is not null. */
export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ProcessOptions {
  /** What the process is called in errors, e.g. `n8n 2.41.1`. */
  name: string;
  command: string;
  args: string[];
  cwd: string;
  /** The whole environment of the process; nothing is added. */
  env: NodeJS.ProcessEnv;
  /** Called with each piece of output as it arrives. */
  onOutput?: ((text: string) => void) | undefined;
}

/** The most output that is kept per process, in characters; older output is dropped first. */
const keptOutput = 16 * 1024 * 1024;

const running = new Set<HostProcess>();
let exitHookInstalled = false;

/**
 * A child process that leads a process group of its own, with its output kept. All signals go to
 * the whole group, so that helpers which the host starts (n8n's task runner) stop, freeze and die
 * with it.
 *
 * The group does not outlive this process: it is killed when this process exits, and a small
 * watching shell kills it when this process is itself killed (not on Windows).
 */
export class HostProcess {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the process has ended; never rejects. */
  readonly exited: Promise<ProcessExit>;
  #exit: ProcessExit | undefined;
  #chunks: string[] = [];
  #kept = 0;
  readonly #watcher: ChildProcess | undefined;

  private constructor(options: ProcessOptions, child: ChildProcess, pid: number) {
    this.name = options.name;
    this.pid = pid;
    const keep = (text: string): void => {
      this.#chunks.push(text);
      this.#kept += text.length;
      while (this.#kept > keptOutput && this.#chunks.length > 1)
        this.#kept -= this.#chunks.shift()?.length ?? 0;
      options.onOutput?.(text);
    };
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    this.#watcher = watchParent(pid);
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#exit = { code, signal };
        running.delete(this);
        // Kill helpers that the leader left behind.
        this.#signal('SIGKILL');
        this.#watcher?.kill('SIGKILL');
        resolve(this.#exit);
      });
    });
    running.add(this);
    installExitHook();
  }

  /** Starts the process; rejects with an `Error` when the command cannot be started at all. */
  static start(options: ProcessOptions): Promise<HostProcess> {
    return new Promise((resolve, reject) => {
      const child = spawn(options.command, options.args, {
        cwd: options.cwd,
        env: options.env,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: process.platform !== 'win32',
      });
      child.once('error', (cause) => {
        reject(new Error(`${options.name} could not be started`, { cause }));
      });
      if (child.pid !== undefined) resolve(new HostProcess(options, child, child.pid));
    });
  }

  /** How the process ended, or `undefined` while it runs. */
  get exit(): ProcessExit | undefined {
    return this.#exit;
  }

  /**
   * Everything that the process has written to its standard output and error (the last 16 million
   * characters).
   */
  output(): string {
    return this.#chunks.join('');
  }

  /** The last lines of the output, for error messages. */
  tail(lines = 40): string {
    return this.output().trimEnd().split('\n').slice(-lines).join('\n');
  }

  /** An error that says how the process ended, with its last output; `undefined` while it runs. */
  exitError(): Error | undefined {
    if (!this.#exit) return undefined;
    const how = this.#exit.signal ? `signal ${this.#exit.signal}` : `code ${String(this.#exit.code)}`;
    return new Error(`${this.name} ended with ${how}. Its last output:\n${this.tail()}`);
  }

  /**
   * Asks the process to end (SIGTERM) and kills its group if it has not ended after `boundMs`
   * (default 10 s). May be called any number of times; never throws.
   */
  async stop(boundMs = 10_000): Promise<void> {
    if (this.#exit) return;
    // Signal only the leader, which ends its helpers itself.
    this.#signalLeader('SIGTERM');
    // A suspended process cannot act on SIGTERM.
    this.#signal('SIGCONT');
    const timer = new AbortController();
    await Promise.race([
      this.exited,
      delay(boundMs, undefined, { signal: timer.signal }).catch(() => undefined),
    ]);
    timer.abort();
    await this.kill();
  }

  /** Kills the whole group (SIGKILL), as a crash would, and waits until it is gone. */
  async kill(): Promise<void> {
    if (this.#exit) return;
    this.#signal('SIGKILL');
    await this.exited;
  }

  /** Kills without waiting, for use while this process is ending. */
  killNow(): void {
    if (!this.#exit) this.#signal('SIGKILL');
  }

  /** Freezes the whole group (SIGSTOP). */
  suspend(): void {
    if (!this.#exit) this.#signal('SIGSTOP');
  }

  /** Lets a frozen group go on (SIGCONT). */
  resume(): void {
    if (!this.#exit) this.#signal('SIGCONT');
  }

  #signalLeader(signal: NodeJS.Signals): void {
    sendSignal(this.pid, signal);
  }

  #signal(signal: NodeJS.Signals): void {
    sendSignal(process.platform === 'win32' ? this.pid : -this.pid, signal);
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}

/** The pipe to this shell closes when this process dies; the shell then kills the group. */
function watchParent(group: number): ChildProcess | undefined {
  if (process.platform === 'win32') return undefined;
  const watcher = spawn('/bin/sh', ['-c', `read -r _; kill -KILL -${group} 2>/dev/null`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  watcher.unref();
  // The pipe is a socket, which can be unref'd so that it does not keep this process alive.
  if (watcher.stdin instanceof net.Socket) watcher.stdin.unref();
  return watcher;
}

function installExitHook(): void {
  if (exitHookInstalled) return;
  exitHookInstalled = true;
  process.on('exit', () => {
    for (const host of running) host.killNow();
  });
}

export interface CommandOptions extends ProcessOptions {
  /** How long the command may take at most, in milliseconds. */
  deadlineMs: number;
}

/**
 * Runs a command to its end and returns its output; an `Error` with the last output when it fails
 * or takes too long.
 */
export async function runCommand(options: CommandOptions): Promise<string> {
  const child = await HostProcess.start(options);
  const timer = new AbortController();
  const tooLate = delay(options.deadlineMs, undefined, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([child.exited, tooLate]);
  timer.abort();
  if (!child.exit) {
    await child.kill();
    throw new Error(
      `${options.name} took longer than ${options.deadlineMs} ms. Its last output:\n${child.tail()}`,
    );
  }
  if (child.exit.code !== 0) throw child.exitError() ?? new Error(`${options.name} failed`);
  return child.output();
}
