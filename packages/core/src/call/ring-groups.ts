import { RecentMap } from '../recent-map.ts';

/** How many calls are remembered; a call rings for minutes, so the oldest are long over. */
const MAX_CALLS = 1_000;
/** Longer ids are no ids, and not worth the memory, in characters. */
const MAX_ID_CHARS = 256;

interface RingingCall {
  readonly firstAgent: string;
  /** Another agent than the first has been rung, too. */
  several: boolean;
}

/** Remembers which agents of one subscription each call has rung. */
export class RingGroups {
  /** Made with the first call: many a subscription waits for long. */
  #calls: RecentMap<RingingCall> | null = null;

  /** False when the call already rang another agent. A call without a usable id cannot be told from others: always true. */
  isFirstRing(uniqueId: string, agent: string): boolean {
    if (uniqueId === '' || uniqueId.length > MAX_ID_CHARS) return true;
    this.#calls ??= new RecentMap(MAX_CALLS);
    const call = this.#calls.get(uniqueId);
    if (call === undefined) {
      this.#calls.add(uniqueId, { firstAgent: agent, several: false });
      return true;
    }
    if (call.firstAgent !== agent) call.several = true;
    return !call.several;
  }
}
