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
  let expected = 0;
  let arrived = 0;
  let firstAt = 0;
  let lastAt = 0;
  let cpuBefore = process.cpuUsage();
  let cpu = cpuBefore;
  let onComplete: () => void = () => undefined;
  let histogram: RecordableHistogram = createHistogram();
  const dialledAt: number[] = [];

  const onCall = (sentAt: unknown): void => {
    if (typeof sentAt === 'string') histogram.record(process.hrtime.bigint() - BigInt(sentAt) || 1n);
    if (arrived === 0) {
      firstAt = performance.now();
      cpuBefore = process.cpuUsage();
    }
    if (++arrived !== expected) return;
    lastAt = performance.now();
    cpu = process.cpuUsage(cpuBefore);
    onComplete();
  };

  takeOrders({
    open: async (order) => {
      const { url } = order;
      const begun = performance.now();
      const sessions = numberIn(order, 'sessions');
      await open(
        {
          url: String(url),
          sessions,
          nodes: optional(order, 'nodes', 1),
          agents: optional(order, 'agents', 1),
          connectsPerSecond: optional(order, 'connectsPerSecond', 0),
          atOnce: optional(order, 'atOnce', sessions),
        },
        onCall,
      );
      return { ms: performance.now() - begun };
    },
    expect: (order) => {
      expected = numberIn(order, 'calls');
      arrived = 0;
      histogram = createHistogram();
      return {};
    },
    counted: async () => {
      if (arrived < expected) {
        await new Promise<void>((resolve) => {
          onComplete = resolve;
        });
      }
      return { ms: lastAt - firstAt, cpuMs: (cpu.user + cpu.system) / 1_000 };
    },
    watchDials: () => {
      subscribe('net.client.socket', () => {
        dialledAt.push(performance.now());
      });
      return {};
    },
    dialled: () => ({ dialledAt }),
    latency: () => percentilesOf(histogram),
    memory: async () => {
      // Finalizers and closed handles release their memory only in the next turns.
      for (let round = 0; round < 6; round++) {
        globalThis.gc?.();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const { rss, heapUsed, external } = process.memoryUsage();
      return { rss, heap: heapUsed + external };
    },
    cpu: () => {
      const { user, system } = process.cpuUsage();
      return { ms: (user + system) / 1_000 };
    },
  });
}

/** In milliseconds. */
export function percentilesOf(histogram: RecordableHistogram): Fields {
  const at = (percent: number): number => histogram.percentile(percent) / 1e6;
  return { p50: at(50), p99: at(99), p999: at(99.9), count: histogram.count };
}

function optional(order: Fields, name: string, byDefault: number): number {
  return order[name] === undefined ? byDefault : numberIn(order, name);
}
