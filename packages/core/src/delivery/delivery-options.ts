import type { Clock } from '../time/clock.ts';
import type { HostAcknowledgements } from './host-acknowledgements.ts';

/** Wait for an acknowledgement before the host is checked, in milliseconds. */
export const ACKNOWLEDGE_MS = 1_000;
/**
 * Time for the acknowledgement after a successful check, in milliseconds. A busy n8n needs a second
 * or two between reading the workflow and saving the execution.
 */
export const GRACE_MS = 5_000;
/** The maximum of {@link GRACE_MS}, which doubles with each attempt, in milliseconds. */
export const MAX_GRACE_MS = 60_000;
/**
 * Time after which an item that cannot be withdrawn is given up, in milliseconds. It is not
 * shorter, because a database that is locked for writing still answers the check.
 */
export const KEPT_MS = 60_000;
/** Time after which an item is no longer delivered again, in milliseconds. */
export const GIVE_UP_MS = 5 * 60_000;
/** Stalls are reported after this time, in milliseconds. */
export const STALL_REPORT_MS = 10_000;
/** Time between two failed checks, in milliseconds. */
export const CHECK_AGAIN_MS = 1_000;

export type DeliveryReport =
  /** The host has acknowledged nothing for {@link STALL_REPORT_MS}; `waiting` items are waiting. */
  | { readonly kind: 'stalled'; readonly waiting: number }
  /** The host acknowledges again. */
  | { readonly kind: 'resumed'; readonly stalledMs: number }
  /** The host is responsive, but did not acknowledge these items in time. */
  | { readonly kind: 'lost'; readonly count: number }
  /** The host does not acknowledge items: delivery no longer waits for it. */
  | { readonly kind: 'unacknowledging' }
  /** `deliver` threw an error. */
  | { readonly kind: 'failed'; readonly message: string };

/** Limits of the waiting items. The owner must add nothing between `onFull` and `onRoom`. */
interface DeliveryCapacity<T> {
  readonly maxItems: number;
  /** In the unit of `sizeOf`. */
  readonly maxSize: number;
  readonly sizeOf: (item: T) => number;
  readonly onFull: () => void;
  readonly onRoom: () => void;
}

export interface OrderedDeliveryOptions<T> {
  /**
   * Delivers an item to the host.
   * @param acknowledge call it when later items can no longer overtake this one; idempotent
   * @returns a function that withdraws the item from a host that did not acknowledge it, so that it
   *   can be delivered again; undefined if it cannot be withdrawn
   */
  readonly deliver: (item: T, acknowledge: () => void) => (() => void) | undefined;
  /** Returns the keys of an item, without duplicates. Items that share a key keep their order. */
  readonly keysOf: (item: T) => readonly string[];
  /**
   * Checks whether the host is able to acknowledge. The promise stays pending while the host
   * stalls. It resolves when the host works, even if it lost the item. Null: no check is possible,
   * and the host counts as responsive.
   */
  readonly check?: (item: T) => Promise<unknown> | null;
  /** Errors and rejections are ignored. */
  readonly onReport: (report: DeliveryReport) => unknown;
  /** Default: no limit. */
  readonly capacity?: DeliveryCapacity<T>;
  /** Default: not shared with other deliveries. */
  readonly host?: HostAcknowledgements;
  /** Default {@link ACKNOWLEDGE_MS}. */
  readonly acknowledgeMs?: number;
  readonly clock: Clock;
}
