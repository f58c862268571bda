import { RingGroups } from '../call/ring-groups.ts';

/** Maximum number of remembered events of the browser connector, to detect repeated ones. */
const MAX_EVENTS = 5_000;

/** Remembers the accepted events of an endpoint by the connector's ids. */
export class TakenEvents {
  readonly #ids = new Set<string>();

  /** Remembers an event. Returns false for a repeated one. An event without an id is always new. */
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

/** An endpoint's memory of earlier requests. */
export class EndpointMemory {
  readonly rings: RingGroups = new RingGroups();
  readonly taken: TakenEvents = new TakenEvents();
}

/** Maximum number of endpoints with a memory. */
const MAX_ENDPOINTS = 1_000;
const memories = new Map<string, EndpointMemory>();

/** Returns the memory of an endpoint whose host creates an instance per request. */
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
