import type { SessionStatus } from '@accolades-flow/core/web';
import type { ConfigurationProblem } from './configuration.ts';
import type { PageRefusal } from './screen-pop.ts';
import type { DeliveryProblem } from './webhook-post.ts';

/** What becomes of the events. */
export type DeliveryState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'misconfigured'; readonly problem: ConfigurationProblem; readonly detail: string }
  /** `host` is that of the endpoint. */
  | { readonly kind: 'ready' | 'delivered'; readonly host: string }
  | {
      readonly kind: 'trouble';
      readonly host: string;
      readonly problem: DeliveryProblem;
      readonly status: number | null;
      readonly waiting: number;
    };

export type PageState =
  | {
      readonly kind: 'opened' | 'notified' | 'blocked' | 'late';
      readonly url: string;
      readonly title: string;
    }
  | { readonly kind: 'refused'; readonly refusal: PageRefusal; readonly shown: string };

export interface LastCall {
  readonly direction: 'incoming' | 'outgoing';
  readonly phoneNumber: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What the agent, or whoever looks for a fault, sees. */
export interface View {
  showMissingParameters(names: readonly string[]): void;
  showConnection(status: SessionStatus): void;
  showDelivery(state: DeliveryState): void;
  showCall(call: LastCall): void;
  showPage(state: PageState): void;
  /** Since this page was loaded. */
  showLost(count: number): void;
}
