import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { until } from './until.ts';

/** Resources that belong to the test runner and the garbage collector, not to the product. */
const NOT_COUNTED: ReadonlySet<string> = new Set([
  'Immediate',
  'TickObject',
  'FSReqPromise',
  'FSReqCallback',
]);

type Census = ReadonlyMap<string, number>;

/** The resources that keep this process alive, by kind: sockets, servers, timers … */
function activeResources(): Census {
  const census = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (!NOT_COUNTED.has(kind)) census.set(kind, (census.get(kind) ?? 0) + 1);
  }
  return census;
}

/** How many listeners each event of the process has. */
function processListeners(): Census {
  return new Map(process.eventNames().map((name) => [String(name), process.listenerCount(name)]));
}

/** The entries of `now` that exceed `before`. */
function surplus(now: Census, before: Census): string[] {
  return [...now].flatMap(([kind, count]) => {
    const more = count - (before.get(kind) ?? 0);
    return more > 0 ? [`${more} × ${kind}`] : [];
  });
}

/**
 * Watches the process during one test. Afterwards there may be no additional socket, server, timer
 * or listener, and no unhandled error, rejection or warning. Call `end` when the test has released
 * its resources.
 */
export class ProcessWatch {
  readonly #seen: string[] = [];
  #resources: Census = new Map();
  #listeners: Census = new Map();
  readonly #onRejection = (reason: unknown): void => {
    this.#seen.push(`unhandledRejection: ${String(reason)}`);
  };
  readonly #onException = (error: unknown): void => {
    this.#seen.push(`uncaughtException: ${String(error)}`);
  };
  readonly #onWarning = (warning: Error): void => {
    this.#seen.push(`warning: ${warning.name}: ${warning.message}`);
  };

  async begin(): Promise<void> {
    // By then mocha has started the hook's timer, as it also has in the hook that calls `end`.
    await setImmediate();
    this.#seen.length = 0;
    process.on('unhandledRejection', this.#onRejection);
    process.on('uncaughtExceptionMonitor', this.#onException);
    process.on('warning', this.#onWarning);
    this.#resources = activeResources();
    this.#listeners = processListeners();
  }

  /** @throws when a resource is left or an error was not handled */
  async end(): Promise<void> {
    const left = (): string[] => [
      ...surplus(activeResources(), this.#resources),
      ...surplus(processListeners(), this.#listeners).map((more) => `${more} listeners of the process`),
    ];
    try {
      await until(
        'all sockets, timers and listeners gone',
        () => left().length === 0,
        3_000,
        () => `Left: ${left().join(', ')}`,
      );
      expect(this.#seen).to.deep.equal([]);
    } finally {
      process.off('unhandledRejection', this.#onRejection);
      process.off('uncaughtExceptionMonitor', this.#onException);
      process.off('warning', this.#onWarning);
    }
  }
}
