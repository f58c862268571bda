import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { nodeRuntime } from '../../hosts/node-runtime.ts';
import { fieldsOf, type Fields } from './fields.ts';

/** The longest order, in milliseconds: a restart with 5,000 sessions. */
const DEADLINE_MS = 300_000;

/**
 * A program in its own process that answers each order with one message, in order. Plain Node.js
 * strips the types, so that no loader affects the measurement.
 */
export class Worker {
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #answers: ((answer: unknown) => void)[] = [];
  #early: unknown[] = [];

  private constructor(name: string, child: ChildProcess) {
    this.#name = name;
    this.#process = child;
    child.on('message', (answer: unknown) => {
      const waiting = this.#answers.shift();
      if (waiting === undefined) this.#early.push(answer);
      else waiting(answer);
    });
  }

  /**
   * @param script relative to the folder `bench`
   * @param flags of Node.js, for example `--expose-gc`
   */
  static start(
    script: string,
    args: readonly string[] = [],
    flags: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Worker {
    const { executable, env: environment } = nodeRuntime();
    const child = fork(fileURLToPath(new URL(`../${script}`, import.meta.url)), args, {
      execPath: executable,
      execArgv: [...flags, '--disable-warning=ExperimentalWarning'],
      env: { ...environment, ...env },
      serialization: 'json',
    });
    return new Worker(script, child);
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Sends an order and returns its answer. */
  ask(order: Fields & { readonly do: string }): Promise<Fields> {
    this.#process.send(order);
    return this.heard(order.do);
  }

  /** The next unclaimed message. */
  async heard(what: string): Promise<Fields> {
    const early = this.#early.shift();
    if (early !== undefined) return this.#read(early, what);
    const abort = new AbortController();
    try {
      const answer = await Promise.race([
        new Promise((resolve) => {
          this.#answers.push(resolve);
        }),
        once(this.#process, 'exit', { signal: abort.signal }).then(() => {
          throw new Error(`${this.#name} ended before it answered “${what}”.`);
        }),
        late(DEADLINE_MS, abort.signal).then(() => {
          throw new Error(`${this.#name} did not answer “${what}”.`);
        }),
      ]);
      return this.#read(answer, what);
    } finally {
      abort.abort();
    }
  }

  /** Kills it. Idempotent. */
  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }

  #read(answer: unknown, what: string): Fields {
    const fields = fieldsOf(answer);
    const { error } = fields;
    if (typeof error === 'string') throw new Error(`${this.#name}, “${what}”: ${error}`);
    return fields;
  }
}

async function late(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
    });
  });
}

/** Runs `use` with workers that end afterwards in every case. */
export async function withWorkers<T>(use: (start: typeof Worker.start) => Promise<T>): Promise<T> {
  const workers: Worker[] = [];
  try {
    return await use((...args) => {
      const worker = Worker.start(...args);
      workers.push(worker);
      return worker;
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.end()));
  }
}
