import type { AccoladesEvent } from '../call/call-event.ts';
import type { CallMessage } from '../protocol/messages.ts';
import type { ConnectionChange } from './shared-session.ts';

/** How many events are held for an owner that is away or not ready yet; beyond it the oldest are dropped and reported. */
export const MAX_HELD_EVENTS = 10_000;
/**
 * How much of what the server sent is held, in characters of JSON; beyond it the oldest are dropped, too. A usual call has some
 * 150, so that this is reached by hostile ones only: a frame may have a million.
 */
export const MAX_HELD_CHARS = 8 * 1024 * 1024;

/** An event that waits for its owner, with the place's link to the agent that it came by. */
export type Held<Link> = { readonly link: Link } & (
  | { readonly call: CallMessage; readonly receivedAt: number }
  | { readonly change: ConnectionChange }
  /** Was delivered, and given back. */
  | { readonly event: AccoladesEvent }
);

interface Entry<Link> {
  readonly held: Held<Link>;
  readonly chars: number;
}

/** What arrived for an owner that could not take it, in order, bounded by number and by size. */
export class HeldEvents<Link> {
  #entries: Entry<Link>[] = [];
  #chars = 0;
  #dropped = 0;

  get size(): number {
    return this.#entries.length;
  }

  push(held: Held<Link>): void {
    this.#add([held], []);
  }

  /** Puts these in front of all others, in their order. */
  unshift(held: readonly Held<Link>[]): void {
    const after = this.#entries;
    this.#entries = [];
    this.#add(held, after);
  }

  shift(): Held<Link> | undefined {
    const entry = this.#entries.shift();
    if (entry !== undefined) this.#chars -= entry.chars;
    return entry?.held;
  }

  /** Takes each event over to another link, or drops it where there is none any more. */
  relink(successor: (link: Link) => Link | undefined): void {
    this.#entries = this.#entries.flatMap(({ held, chars }) => {
      const link = successor(held.link);
      if (link !== undefined) return [{ held: { ...held, link }, chars }];
      this.#chars -= chars;
      return [];
    });
  }

  clear(): void {
    this.#entries = [];
    this.#chars = 0;
  }

  /** How many were dropped since it was asked last. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  #add(held: readonly Held<Link>[], after: readonly Entry<Link>[]): void {
    for (const one of held) {
      const chars = charsOf(one);
      this.#entries.push({ held: one, chars });
      this.#chars += chars;
    }
    for (const entry of after) this.#entries.push(entry);
    while (this.#entries.length > MAX_HELD_EVENTS || this.#chars > MAX_HELD_CHARS) {
      this.shift();
      this.#dropped++;
    }
  }
}

/** Only what the server sent can be large. */
function charsOf<Link>(held: Held<Link>): number {
  if ('call' in held) return JSON.stringify(held.call.raw).length;
  return 'event' in held ? JSON.stringify(held.event).length : 0;
}
