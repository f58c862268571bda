import { RecentMap } from '../json/recent-map.ts';
import type { CallMessage } from '../protocol/messages.ts';

/** Maximum number of remembered calls. A call rings for minutes, so the oldest are long over. */
const MAX_CALLS = 1_000;
/** Longer ids are not remembered, in characters. */
const MAX_ID_CHARS = 256;

/** Remembers the incoming calls that were reported to a subscription. */
export class RingGroups {
  /** Created by the first call, because many subscriptions get none for hours. */
  #calls: RecentMap<true> | null = null;

  /**
   * Returns false when an incoming event with the same `uniqueId` came before. Always true without
   * a usable id and for outgoing events, which do not count: an internal call sends the caller's
   * agent an outgoing event with the `uniqueId` of the ring.
   */
  isFirstRing({ type, uniqueId }: Pick<CallMessage, 'type' | 'uniqueId'>): boolean {
    if (type !== 'incomingCall' || uniqueId === '' || uniqueId.length > MAX_ID_CHARS) return true;
    this.#calls ??= new RecentMap(MAX_CALLS);
    if (this.#calls.get(uniqueId) !== undefined) return false;
    this.#calls.add(uniqueId, true);
    return true;
  }
}
