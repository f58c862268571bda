import type { AccoladesEvent } from '../call/call-event.ts';
import { BoundedQueue } from '../delivery/bounded-queue.ts';
import type { CallMessage } from '../protocol/messages.ts';
import type { Member } from './member.ts';
import type { ConnectionChange } from './shared-session.ts';

/**
 * Maximum number of events held for an owner that is away or paused. Older ones are dropped and
 * reported.
 */
export const MAX_HELD_EVENTS = 10_000;
/**
 * Maximum size of the events held for one owner, in characters of JSON. Older ones are dropped and
 * reported. A usual call has about 150, so only hostile frames (up to a million) reach it.
 */
export const MAX_HELD_CHARS = 8 * 1024 * 1024;

/** An event to be delivered to its owner, with its agent. */
export type Held = { readonly member: Member } & (
  | { readonly call: CallMessage; readonly receivedAt: number }
  | { readonly change: ConnectionChange }
  /** Delivered before and requeued by the owner, which could not pass it on. */
  | { readonly event: AccoladesEvent }
);

/** Creates the queue of events for an owner that is away or paused. */
export function heldEvents(): BoundedQueue<Held> {
  return new BoundedQueue({
    maxItems: MAX_HELD_EVENTS,
    maxSize: MAX_HELD_CHARS,
    sizeOf: charsOf,
  });
}

/** Returns the size in characters of JSON. Only data from the server can be large. */
function charsOf(held: Held): number {
  if ('call' in held) return JSON.stringify(held.call.raw).length;
  return 'event' in held ? JSON.stringify(held.event).length : 0;
}
