import { RecentMap } from '../json/recent-map.ts';
import type { CallMessage } from '../protocol/messages.ts';

/** How many calls are remembered. A call rings for minutes, so the oldest are long over. */
const MAX_CALLS = 1_000;
/** Longer ids are not remembered, in characters. */
const MAX_ID_CHARS = 256;

/** Remembers which incoming calls a subscription was told of. */
export class RingGroups {
  /** Created by the first call: many subscriptions wait for hours. */
  #calls: RecentMap<true> | null = null;

  /**
   * False when an incoming event of the same `uniqueId` came before. Outgoing events do not count and are always true:
   * an internal call gives the caller's agent one with the `uniqueId` of the ring. An event without a usable id is always true.
   */
  isFirstRing({ type, uniqueId }: Pick<CallMessage, 'type' | 'uniqueId'>): boolean {
    if (type !== 'incomingCall' || uniqueId === '' || uniqueId.length > MAX_ID_CHARS) return true;
    this.#calls ??= new RecentMap(MAX_CALLS);
    if (this.#calls.get(uniqueId) !== undefined) return false;
    this.#calls.add(uniqueId, true);
    return true;
  }
}
