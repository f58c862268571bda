import type { Simulator } from '@accolades-flow/simulator';

/**
 * Places numbered calls at a steady rate, and records which of them the PBX sent to a live session.
 */
export class CallLoad {
  readonly #simulator: Simulator;
  readonly #idCrm: string;
  readonly #series: number;
  readonly placed: string[] = [];
  /** Calls without a session to send them to; none while exactly one session exists at any time. */
  readonly unheard: string[] = [];
  /** Times without exactly one session. */
  readonly otherSessionCounts: number[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** @param series distinguishes the calls of this load from others */
  constructor(simulator: Simulator, idCrm: string, series: number) {
    this.#simulator = simulator;
    this.#idCrm = idCrm;
    this.#series = series;
  }

  /**
   * @param everyMs one call per this many milliseconds; a late timer catches up
   * @param limit ends after this many calls
   */
  start(everyMs: number, limit = Infinity): void {
    const startedAt = performance.now();
    let due = 0;
    this.#timer = setInterval(() => {
      const elapsed = performance.now() - startedAt;
      for (; due * everyMs <= elapsed && due < limit; due++) this.place();
      if (due >= limit) this.stop();
    }, everyMs);
  }

  place(): void {
    const { uniqueId, delivered } = this.#simulator.placeCall({
      agents: this.#idCrm,
      phoneNumber: '0211234567',
      uniqueId: `${this.#series}.${this.placed.length + 1}`,
    });
    this.placed.push(uniqueId);
    if (delivered.length !== 1) this.unheard.push(uniqueId);
    const sessions = this.#simulator.sessions().length;
    if (sessions !== 1) this.otherSessionCounts.push(sessions);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

export interface Tally {
  readonly placed: number;
  readonly received: number;
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
}

/** Compares placed calls with received calls, in the order of arrival. */
export function tally(placed: readonly string[], received: readonly string[]): Tally {
  const counts = new Map<string, number>();
  for (const id of received) counts.set(id, (counts.get(id) ?? 0) + 1);
  const place = new Map(placed.map((id, index) => [id, index]));
  let outOfOrder = 0;
  let last = -1;
  for (const id of received) {
    const index = place.get(id) ?? -1;
    if (index < last) outOfOrder++;
    last = Math.max(last, index);
  }
  return {
    placed: placed.length,
    received: received.length,
    lost: placed.filter((id) => !counts.has(id)).length,
    doubled: [...counts.values()].filter((count) => count > 1).length,
    outOfOrder,
  };
}
