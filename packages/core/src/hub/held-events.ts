import type { AccoladesEvent } from '../call/call-event.ts';
import { BoundedQueue } from '../delivery/bounded-queue.ts';
import type { CallMessage } from '../protocol/messages.ts';
import type { Member } from './member.ts';
import type { ConnectionChange } from './shared-session.ts';

/** Events held for an owner that is away or paused; beyond it the oldest are dropped and reported. */
export const MAX_HELD_EVENTS = 10_000;
/**
 * Characters of JSON held for one owner; beyond it the oldest events are dropped and reported. A
 * usual call has about 150, so only hostile ones reach it: a frame may have a million.
 */
export const MAX_HELD_CHARS = 8 * 1024 * 1024;

/** An event on its way to its owner, with the agent that it concerns. */
export type Held = { readonly member: Member } & (
  | { readonly call: CallMessage; readonly receivedAt: number }
  | { readonly change: ConnectionChange }
  /** Delivered once, and returned by the owner, which could not pass it on. */
  | { readonly event: AccoladesEvent }
);

/** The queue of what arrived for an owner that is away or paused. */
export function heldEvents(): BoundedQueue<Held> {
  return new BoundedQueue({
    maxItems: MAX_HELD_EVENTS,
    maxSize: MAX_HELD_CHARS,
    sizeOf: charsOf,
  });
}

/** In characters of JSON. Only what the server sent can be large. */
function charsOf(held: Held): number {
  if ('call' in held) return JSON.stringify(held.call.raw).length;
  return 'event' in held ? JSON.stringify(held.event).length : 0;
}
