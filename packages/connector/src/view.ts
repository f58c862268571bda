import type { SessionStatus } from '@accolades-flow/core/web';
import type { ConfigurationFault } from './configuration.ts';
import type { LostReason } from './delivery-queue.ts';
import type { Opening } from './page-opener.ts';
import type { PageRefusal } from './screen-pop.ts';
import type { DeliveryProblem } from './webhook-post.ts';

/** The state of the deliveries. */
export type DeliveryState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'misconfigured'; readonly fault: ConfigurationFault }
  /** `host` is that of the endpoint. */
  | { readonly kind: 'ready'; readonly host: string }
  | { readonly kind: 'delivered'; readonly host: string; readonly waiting: number }
  | {
      readonly kind: 'trouble';
      readonly host: string;
      readonly problem: DeliveryProblem;
      readonly status: number | null;
      readonly waiting: number;
    };

export type PageState =
  | { readonly kind: Opening | 'late'; readonly url: string; readonly title: string }
  /** Another agent answered; the label is empty when the name is not known. */
  | { readonly kind: 'elsewhere'; readonly label: string }
  | { readonly kind: 'refused'; readonly refusal: PageRefusal; readonly shown: string };

export interface LastCall {
  readonly direction: 'incoming' | 'outgoing';
  readonly phoneNumber: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The page of the connector, for agents and for those who look for a fault. */
export interface View {
  showMissingParameters(names: readonly string[]): void;
  showConnection(status: SessionStatus): void;
  showDelivery(state: DeliveryState): void;
  showCall(call: LastCall): void;
  showPage(state: PageState): void;
  /** These events were given up. */
  showLost(count: number, reason: LostReason): void;
}
