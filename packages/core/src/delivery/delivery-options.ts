import type { Clock } from '../time/clock.ts';
import type { HostAcknowledgements } from './host-acknowledgements.ts';

/** How long an acknowledgement may take before the host is checked, in milliseconds. */
export const ACKNOWLEDGE_MS = 1_000;
/**
 * How long an item that was delivered before the check may still take after it, in milliseconds. A busy
 * n8n needs a second or two between reading the workflow and saving the execution.
 */
export const GRACE_MS = 5_000;
/** The longest such time: it doubles with each attempt. */
export const MAX_GRACE_MS = 60_000;
/**
 * How long the same may last for an item that cannot be taken back, in milliseconds: those behind it keep
 * their chance, since a database that is locked for writing still answers the check.
 */
export const KEPT_MS = 60_000;
/** How long an item is delivered again and again, in milliseconds. */
export const GIVE_UP_MS = 5 * 60_000;
/** A stall that lasts so long is reported, in milliseconds. */
export const STALL_REPORT_MS = 10_000;
/** Time between two checks that fail, in milliseconds. */
export const CHECK_AGAIN_MS = 1_000;

export type DeliveryReport =
  /** The host has acknowledged nothing for {@link STALL_REPORT_MS}; `waiting` items are held. */
  | { readonly kind: 'stalled'; readonly waiting: number }
  /** The host acknowledges again. */
  | { readonly kind: 'resumed'; readonly stalledMs: number }
  /** The host is responsive, but has not acknowledged these items for too long. */
  | { readonly kind: 'lost'; readonly count: number }
  /** The host gives no acknowledgements: from now on nothing waits for them. */
  | { readonly kind: 'unacknowledging' }
  /** `deliver` has thrown. */
  | { readonly kind: 'failed'; readonly message: string };

/** Limits of what waits. It is up to the owner to add nothing between `onFull` and `onRoom`. */
export interface DeliveryCapacity<T> {
  readonly maxItems: number;
  /** In the unit of `sizeOf`. */
  readonly maxSize: number;
  readonly sizeOf: (item: T) => number;
  readonly onFull: () => void;
  readonly onRoom: () => void;
}

export interface OrderedDeliveryOptions<T> {
  /**
   * Gives an item to the host.
   * @param acknowledge to be called when a later item cannot overtake this one any more; idempotent
   * @returns how to take the item back from a host that has not acknowledged it, so that it can be
   *   delivered again; undefined: it cannot be taken back
   */
  readonly deliver: (item: T, acknowledge: () => void) => (() => void) | undefined;
  /** Items that have a key in common keep their order. Each key once. */
  readonly keysOf: (item: T) => readonly string[];
  /**
   * Asks the host for something that it can only do while it is able to acknowledge: resolves when it did.
   * Tells a stalled host from one that lost an item. Null: it cannot be asked, and counts as responsive.
   */
  readonly check?: (item: T) => Promise<unknown> | null;
  readonly onReport: (report: DeliveryReport) => void;
  /** Default: nothing limits what waits. */
  readonly capacity?: DeliveryCapacity<T>;
  /** Default: one of its own. */
  readonly host?: HostAcknowledgements;
  /** Default {@link ACKNOWLEDGE_MS}. */
  readonly acknowledgeMs?: number;
  readonly clock: Clock;
}
