import { subscribe } from 'node:diagnostics_channel';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { numberIn, type Fields } from '../support/fields.ts';
import { takeOrders } from '../support/orders.ts';

/** The sessions to open. */
export interface Opening {
  readonly url: string;
  readonly sessions: number;
  /** The number of nodes per session. */
  readonly nodes: number;
  /** The number of agents per node; all nodes of a group have the same agents. */
  readonly agents: number;
  /** 0: no limit. */
  readonly connectsPerSecond: number;
  /** How many sessions open at a time; each ready one starts the next. */
  readonly atOnce: number;
}

/**
 * The client's program. It calls `onCall` for each received call, with the call's field `t` if it
 * has one.
 */
export type Open = (opening: Opening, onCall: (sentAt: unknown) => void) => Promise<void>;

/**
 * Lets a benchmark measure a client. Orders: `open`, see {@link Opening}; `expect` {calls}, then
 * `counted`, which answers after that many calls: {ms, cpuMs} from the first to the last;
 * `latency`: percentiles since `expect`; `watchDials`, then `dialled`: the times at which
 * connections were started since, in milliseconds by the monotonic clock; `memory`, `cpu`.
 */
export function measureClient(open: Open): void {
  const calls = new CallCount();
  const dialledAt: number[] = [];
  takeOrders({
    open: async (order) => {
      const begun = performance.now();
      await open(openingOf(order), (sentAt) => {
        calls.add(sentAt);
      });
      return { ms: performance.now() - begun };
    },
    expect: (order) => {
      calls.expect(numberIn(order, 'calls'));
      return {};
    },
    counted: () => calls.counted(),
    watchDials: () => {
      subscribe('net.client.socket', () => {
        dialledAt.push(performance.now());
      });
      return {};
    },
    dialled: () => ({ dialledAt }),
    latency: () => percentilesOf(calls.histogram),
    memory,
    cpu: () => ({ ms: milliseconds(process.cpuUsage()) }),
  });
}

/** Counts calls until the expected number has arrived, and their latency. */
class CallCount {
  histogram: RecordableHistogram = createHistogram();
  #expected = 0;
  #arrived = 0;
  #firstAt = 0;
  #lastAt = 0;
  #cpuBefore = process.cpuUsage();
  #cpu = this.#cpuBefore;
  #onComplete: () => void = () => undefined;

  expect(calls: number): void {
    this.#expected = calls;
    this.#arrived = 0;
    this.histogram = createHistogram();
  }

  /** @param sentAt in nanoseconds, as text; anything else is counted without its latency */
  add(sentAt: unknown): void {
    if (typeof sentAt === 'string') this.histogram.record(process.hrtime.bigint() - BigInt(sentAt) || 1n);
    if (this.#arrived === 0) {
      this.#firstAt = performance.now();
      this.#cpuBefore = process.cpuUsage();
    }
    if (++this.#arrived !== this.#expected) return;
    this.#lastAt = performance.now();
    this.#cpu = process.cpuUsage(this.#cpuBefore);
    this.#onComplete();
  }

  /** Resolves when all expected calls have arrived. */
  async counted(): Promise<Fields> {
    if (this.#arrived < this.#expected) {
      await new Promise<void>((resolve) => {
        this.#onComplete = resolve;
      });
    }
    return { ms: this.#lastAt - this.#firstAt, cpuMs: milliseconds(this.#cpu) };
  }
}

async function memory(): Promise<Fields> {
  // Finalizers and closed handles release their memory only in the next turns.
  for (let round = 0; round < 6; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed + external };
}

function openingOf(order: Fields): Opening {
  const sessions = numberIn(order, 'sessions');
  return {
    url: String(order['url']),
    sessions,
    nodes: optional(order, 'nodes', 1),
    agents: optional(order, 'agents', 1),
    connectsPerSecond: optional(order, 'connectsPerSecond', 0),
    atOnce: optional(order, 'atOnce', sessions),
  };
}

function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1_000;
}

/** In milliseconds. */
export function percentilesOf(histogram: RecordableHistogram): Fields {
  const at = (percent: number): number => histogram.percentile(percent) / 1e6;
  return { p50: at(50), p99: at(99), p999: at(99.9), count: histogram.count };
}

function optional(order: Fields, name: string, byDefault: number): number {
  return order[name] === undefined ? byDefault : numberIn(order, name);
}
