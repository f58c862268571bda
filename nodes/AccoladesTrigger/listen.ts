import type { AccoladesEvent, Subscription, SubscriptionStatus } from '@accolades-flow/core';
import { processHub } from '@accolades-flow/core/node';
import type { ITriggerFunctions } from 'n8n-workflow';
import type { AgentConnection } from '../shared/agent-credential.ts';
import { ConnectionLines } from '../shared/connection-lines.ts';
import type { TriggerSettings } from './trigger-settings.ts';

export interface ListenOptions {
  /** See `SubscribeOptions.owner`. */
  readonly owner: string;
  readonly startPaused: boolean;
  onEvent(event: AccoladesEvent): void;
  onStatus?(status: SubscriptionStatus): void;
}

/** The subscription of a trigger node. Writes what happens to its connections to the log. */
export class Listening {
  readonly lines: ConnectionLines;
  readonly #settings: TriggerSettings;
  readonly #options: ListenOptions;
  #paused: boolean;
  #subscription: Subscription;

  /** @throws AccoladesError when a parameter is not valid; nothing is left behind then */
  constructor(
    context: ITriggerFunctions,
    connection: AgentConnection,
    settings: TriggerSettings,
    options: ListenOptions,
  ) {
    this.lines = new ConnectionLines(context.logger, context.getNode(), context.getWorkflow().id ?? '');
    this.#settings = settings;
    this.#options = options;
    this.#paused = options.startPaused;
    this.#subscription = this.#subscribe(connection);
  }

  /** Of the connection that is in use now. */
  get subscription(): Subscription {
    return this.#subscription;
  }

  pause(): void {
    this.#paused = true;
    this.#subscription.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#subscription.resume();
  }

  /**
   * Uses another connection. Agents that stay keep their sessions; the others are released.
   * @throws AccoladesError when it is not valid; the one before stays in use then
   */
  renew(connection: AgentConnection): void {
    this.#subscription = this.#subscribe(connection);
    // Events that come during the subscribing may have led to a pause.
    if (this.#paused) this.#subscription.pause();
  }

  /** Ends the subscription and what belongs to it. Idempotent, immediate, never throws. */
  stop(options: { readonly removed: boolean }): void {
    this.lines.close();
    this.#subscription.unsubscribe(options);
  }

  #subscribe({ agents, server, warnings }: AgentConnection): Subscription {
    const subscription = processHub().subscribe({
      ...this.#settings.subscription,
      owner: this.#options.owner,
      startPaused: this.#paused,
      agents,
      server,
      onEvent: (event) => {
        this.#options.onEvent(event);
      },
      onStatus: (status) => {
        this.lines.onStatus(status);
        this.#options.onStatus?.(status);
      },
      onReport: (report) => {
        this.lines.onReport(report);
      },
    });
    for (const warning of warnings) this.lines.warn(warning);
    // A shared session may be up already; one that waits is tried now, so its old reason is no
    // news.
    if (subscription.status.connected > 0) this.lines.onStatus(subscription.status);
    return subscription;
  }
}
