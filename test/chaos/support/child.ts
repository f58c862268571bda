import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

const DEADLINE_MS = 30_000;

/** Makes of a message from a child what it is. @throws when it is nothing that the child says */
export type Reader<T> = (message: unknown) => T;

/** A TypeScript program in a process of its own, that is sent messages and sends some. */
export class Child<Said> {
  readonly said: Said[] = [];
  onSaid: (said: Said) => void = () => undefined;
  /** What is kept in `said`. Default: everything. */
  keep: (said: Said) => boolean = () => true;
  readonly #process: ChildProcess;
  #failure: Error | null = null;

  /** @param script beside the file at `from` (its `import.meta.url`) */
  constructor(script: string, from: string, args: readonly string[], read: Reader<Said>) {
    this.#process = fork(fileURLToPath(new URL(script, from)), args, {
      execArgv: ['--import', 'tsx'],
      serialization: 'json',
    });
    this.#process.on('message', (message: unknown) => {
      try {
        const said = read(message);
        if (this.keep(said)) this.said.push(said);
        this.onSaid(said);
      } catch (error) {
        this.#failure = error instanceof Error ? error : new Error(String(error));
      }
    });
    this.#process.on('error', (error) => {
      this.#failure = error;
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  send(message: Readonly<Record<string, unknown>>): void {
    this.#process.send(message);
  }

  /** Waits for the first thing said, from the `from`-th on, that `isIt`. */
  async hear(
    what: string,
    isIt: (said: Said) => boolean,
    { from = 0, deadlineMs = DEADLINE_MS }: { from?: number; deadlineMs?: number } = {},
  ): Promise<Said> {
    await until(
      what,
      () => {
        if (this.#failure !== null) throw this.#failure;
        if (!this.running) throw new Error('The child has ended.');
        return this.said.slice(from).some(isIt);
      },
      deadlineMs,
    );
    const said = this.said.slice(from).find(isIt);
    if (said === undefined) throw new Error('unreachable');
    return said;
  }

  /** Stops the process where it stands, as a suspended machine or a debugger does. */
  suspend(): void {
    this.#process.kill('SIGSTOP');
  }

  resume(): void {
    this.#process.kill('SIGCONT');
  }

  /** Ends it by force. Idempotent. */
  async kill(): Promise<void> {
    if (!this.running) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }
}
