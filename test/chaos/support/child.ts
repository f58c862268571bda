import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

const DEADLINE_MS = 30_000;

/** Decodes a child's message. @throws when it is not one of the child's messages */
export type Reader<T> = (message: unknown) => T;

/** A TypeScript program in its own process that exchanges messages with the test. */
export class Child<Message> {
  readonly messages: Message[] = [];
  onMessage: (message: Message) => void = () => undefined;
  /** Selects the messages to keep in `messages`. Default: all. */
  keep: (message: Message) => boolean = () => true;
  readonly #process: ChildProcess;
  #failure: Error | null = null;

  /** @param script a file beside `from` (its `import.meta.url`) */
  constructor(script: string, from: string, args: readonly string[], read: Reader<Message>) {
    this.#process = fork(fileURLToPath(new URL(script, from)), args, {
      execArgv: ['--import', 'tsx'],
      serialization: 'json',
    });
    this.#process.on('message', (message: unknown) => {
      try {
        const decoded = read(message);
        if (this.keep(decoded)) this.messages.push(decoded);
        this.onMessage(decoded);
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

  /** Waits for the first message that matches `isIt`, starting with the `from`-th. */
  async waitForMessage(
    what: string,
    isIt: (message: Message) => boolean,
    { from = 0, deadlineMs = DEADLINE_MS }: { from?: number; deadlineMs?: number } = {},
  ): Promise<Message> {
    await until(
      what,
      () => {
        if (this.#failure !== null) throw this.#failure;
        if (!this.running) throw new Error('The child has ended.');
        return this.messages.slice(from).some(isIt);
      },
      deadlineMs,
    );
    const message = this.messages.slice(from).find(isIt);
    if (message === undefined) throw new Error('unreachable');
    return message;
  }

  /** Stops the process where it is, like a suspended machine or a debugger. */
  suspend(): void {
    this.#process.kill('SIGSTOP');
  }

  resume(): void {
    this.#process.kill('SIGCONT');
  }

  /** Kills it. Idempotent. */
  async kill(): Promise<void> {
    if (!this.running) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }
}
