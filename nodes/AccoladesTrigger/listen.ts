import type { AccoladesEvent, Subscription, SubscriptionStatus } from '@accolades-flow/core';
import { processHub } from '@accolades-flow/core/node';
import type { ITriggerFunctions } from 'n8n-workflow';
import type { AgentConnection } from '../shared/agent-credential.ts';
import { ConnectionLines } from '../shared/connection-lines.ts';
import type { TriggerSettings } from './trigger-settings.ts';

export interface Listening {
  readonly subscription: Subscription;
  /** Ends the subscription and what belongs to it. Idempotent, immediate, never throws. */
  stop(options: { readonly removed: boolean }): void;
}

export interface ListenOptions {
  /** See `SubscribeOptions.owner`. */
  readonly owner: string;
  readonly startPaused: boolean;
  onEvent(event: AccoladesEvent): void;
  onStatus?(status: SubscriptionStatus): void;
}

/**
 * Subscribes a trigger node and writes what happens to its connections to the log.
 * @throws AccoladesError when a parameter is not valid; nothing is left behind then
 */
export function listen(
  context: ITriggerFunctions,
  connection: AgentConnection,
  settings: TriggerSettings,
  options: ListenOptions,
): Listening {
  const { agents, server, warnings } = connection;
  const lines = new ConnectionLines(context.logger, context.getNode(), context.getWorkflow().id ?? '');
  const subscription = processHub().subscribe({
    ...settings.subscription,
    owner: options.owner,
    startPaused: options.startPaused,
    agents,
    server,
    onEvent: (event) => {
      options.onEvent(event);
    },
    onStatus: (status) => {
      lines.onStatus(status);
      options.onStatus?.(status);
    },
    onReport: (report) => {
      lines.onReport(report);
    },
  });
  for (const warning of warnings) lines.warn(warning);
  // A session that is shared may be up already; one that waits is tried now, so its old reason is no news.
  if (subscription.status.connected > 0) lines.onStatus(subscription.status);
  return {
    subscription,
    stop: ({ removed }) => {
      lines.close();
      subscription.unsubscribe({ removed });
    },
  };
}
