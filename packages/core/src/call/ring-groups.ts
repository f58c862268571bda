import { RecentMap } from '../recent-map.ts';

/** How many calls are remembered; a call rings for minutes, so the oldest are long over. */
const MAX_CALLS = 1_000;
/** Longer ids are no ids, and not worth the memory, in characters. */
const MAX_ID_CHARS = 256;

/** Remembers which agents of one subscription each call has rung. */
export class RingGroups {
  /** The only agent that a call has rung, or null when there are several. Made with the first call: many a subscription waits for long. */
  #agents: RecentMap<string | null> | null = null;

  /** False when the call already rang another agent. A call without a usable id cannot be told from others: always true. */
  isFirstRing(uniqueId: string, agent: string): boolean {
    if (uniqueId === '' || uniqueId.length > MAX_ID_CHARS) return true;
    this.#agents ??= new RecentMap(MAX_CALLS);
    const only = this.#agents.get(uniqueId);
    if (only === undefined) {
      this.#agents.add(uniqueId, agent);
      return true;
    }
    if (only === agent) return true;
    if (only !== null) this.#agents.replace(uniqueId, null);
    return false;
  }
}
