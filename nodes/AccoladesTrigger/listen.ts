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

/** The subscription of a trigger node. Logs changes of its connections. */
export class Listening {
  readonly lines: ConnectionLines;
  readonly #settings: TriggerSettings;
  readonly #options: ListenOptions;
  #paused: boolean;
  #subscription: Subscription;

  /** @throws AccoladesError when a parameter is invalid; nothing is left open then */
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

  /** The current subscription; `renew` replaces it. */
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
   * Switches to another connection. Agents in both keep their sessions; the others are released.
   * @throws AccoladesError when the connection is invalid; the previous one stays in use
   */
  renew(connection: AgentConnection): void {
    this.#subscription = this.#subscribe(connection);
    // An event delivered during subscribe() may have caused a pause.
    if (this.#paused) this.#subscription.pause();
  }

  /** Ends the subscription and its timers. Idempotent, immediate, never throws. */
  stop(options: { readonly removed: boolean }): void {
    this.lines.log.close();
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
        this.lines.log.onStatus(status);
        this.#options.onStatus?.(status);
      },
      onReport: (report) => {
        this.lines.log.onReport(report);
      },
    });
    for (const warning of warnings) this.lines.write('warn', warning);
    // A shared session may be connected already; a waiting one is retried now, so ignore its
    // reason.
    if (subscription.status.connected > 0) this.lines.log.onStatus(subscription.status);
    return subscription;
  }
}
