import type { Simulator } from '@accolades-flow/simulator';
import type { RecordedCall } from './recorded-calls.ts';

/** Places numbered calls and records which of them the PBX sent to a live session. */
export class CallLedger {
  readonly #simulator: Simulator;
  readonly #idCrm: string;
  readonly #series: number;
  #count = 0;
  /** Calls sent to a live session; each must be executed. */
  readonly delivered: string[] = [];
  /** Calls without a session; they need not be executed. */
  readonly unheard: string[] = [];

  /** @param series distinguishes the calls of this ledger from others */
  constructor(simulator: Simulator, idCrm: string, series: number) {
    this.#simulator = simulator;
    this.#idCrm = idCrm;
    this.#series = series;
  }

  /** @returns whether the PBX had a session for it */
  place(): boolean {
    this.#count++;
    const { uniqueId, delivered } = this.#simulator.placeCall({
      agents: this.#idCrm,
      phoneNumber: '0211234567',
      uniqueId: `${this.#series}.${this.#count}`,
    });
    const heard = delivered.length === 1;
    (heard ? this.delivered : this.unheard).push(uniqueId);
    return heard;
  }

  /** Compares delivered calls with executed calls. */
  tally(recorded: readonly RecordedCall[]): CallTally {
    const times = new Map<string, number>();
    for (const { uniqueId } of recorded) times.set(uniqueId, (times.get(uniqueId) ?? 0) + 1);
    const own = new Set(this.delivered);
    return {
      delivered: this.delivered.length,
      executed: this.delivered.filter((id) => times.has(id)).length,
      missing: this.delivered.filter((id) => !times.has(id)),
      doubled: this.delivered.filter((id) => (times.get(id) ?? 0) > 1),
      byProcess: countBy(
        recorded.filter(({ uniqueId }) => own.has(uniqueId)),
        ({ pid }) => pid,
      ),
    };
  }
}

export interface CallTally {
  readonly delivered: number;
  readonly executed: number;
  readonly missing: readonly string[];
  readonly doubled: readonly string[];
  /** The number of executions per process id. */
  readonly byProcess: ReadonlyMap<number, number>;
}

function countBy<T>(entries: readonly T[], key: (entry: T) => number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const entry of entries) counts.set(key(entry), (counts.get(key(entry)) ?? 0) + 1);
  return counts;
}
