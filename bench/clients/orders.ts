import { subscribe } from 'node:diagnostics_channel';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { numberIn, type Fields } from '../support/fields.ts';
import { takeOrders } from '../support/orders.ts';

/** What is to be opened. */
export interface Opening {
  readonly url: string;
  readonly sessions: number;
  /** How many nodes each session has. */
  readonly nodes: number;
  /** How many agents each node has; all nodes of a group have the same. */
  readonly agents: number;
  /** 0: no limit. */
  readonly connectsPerSecond: number;
  /** How many are being opened at a time: each that is ready lets the next one begin. */
  readonly atOnce: number;
}

/**
 * What a client's program does; `onCall` is to be called for each call that arrived, with its field
 * `t` if it has one.
 */
export type Open = (opening: Opening, onCall: (sentAt: unknown) => void) => Promise<void>;

/**
 * Lets a client be measured. Orders: `open`, see {@link Opening}; `expect` {calls}, then `counted`,
 * which answers when so many have arrived: {ms, cpuMs} from the first to the last; `latency`:
 * percentiles since `expect`; `watchDials`, then `dialled`: when connections were begun since, in
 * milliseconds by the monotonic clock; `memory`, `cpu`.
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
      // What finalizers and closed handles free is only gone in the next turns.
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
