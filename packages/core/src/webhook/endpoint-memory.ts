import { RingGroups } from '../call/ring-groups.ts';

/** Events of the browser connector that are remembered, so that one that comes again is known. */
const MAX_EVENTS = 5_000;

/** Knows the events that an endpoint has taken, by the id that the connector gave each. */
export class TakenEvents {
  readonly #ids = new Set<string>();

  /**
   * Remembers an event; false when it was taken before. An event without an id is always a new one.
   */
  take(id: string | null): boolean {
    if (id === null) return true;
    if (this.#ids.has(id)) return false;
    if (this.#ids.size >= MAX_EVENTS) {
      for (const oldest of this.#ids) {
        this.#ids.delete(oldest);
        break;
      }
    }
    this.#ids.add(id);
    return true;
  }
}

/** What an endpoint remembers of earlier requests. */
export class EndpointMemory {
  readonly rings: RingGroups = new RingGroups();
  readonly taken: TakenEvents = new TakenEvents();
}

/** Endpoints that are remembered by their key. */
const MAX_ENDPOINTS = 1_000;
const memories = new Map<string, EndpointMemory>();

/** The memory of an endpoint whose host makes an instance per request. */
export function memoryOf(key: string): EndpointMemory {
  const known = memories.get(key);
  if (known !== undefined) return known;
  if (memories.size >= MAX_ENDPOINTS) {
    for (const oldest of memories.keys()) {
      memories.delete(oldest);
      break;
    }
  }
  const created = new EndpointMemory();
  memories.set(key, created);
  return created;
}
