import { AccoladesError, type Received, type Refusal } from '@accolades-flow/core';
import { processEnd } from '@accolades-flow/core/node';
import type { ITriggerFunctions, ITriggerResponse, IWebhookFunctions } from 'n8n-workflow';
import { onceWritten } from '../shared/once-written.ts';
import type { Admitted } from '../shared/webhook/admission.ts';
import { offerNotifications } from '../shared/webhook/notification-sources.ts';
import { warn } from '../shared/webhook/refusal-log.ts';
import { answeredRequest } from './answered-request.ts';
import { startOrder } from './start-order.ts';
import type { WebhookParameters } from './webhook-settings.ts';

export type ReceivedMessage = Extract<Received, { kind: 'message' }>;

/** On shutdown, wait this long for n8n to save executions, in ms; n8n itself does not wait. */
const SAVE_WAIT_MS = 5_000;

/** The triggers that run in this process, by node. */
const published = new Map<string, PublishedTrigger>();

/**
 * The trigger of a published node; null in a test, and in a process that runs no triggers, such as
 * a webhook process in n8n's queue mode.
 */
export function publishedTrigger(context: IWebhookFunctions): PublishedTrigger | null {
  return context.getMode() === 'manual' ? null : (published.get(keyOf(context)) ?? null);
}

/** Runs the trigger while its workflow is published. */
export function publishTrigger(context: ITriggerFunctions): ITriggerResponse {
  const trigger = new PublishedTrigger(context);
  const key = keyOf(context);
  published.set(key, trigger);
  const path: unknown = context.getNodeParameter('path', '');
  const withdraw = typeof path === 'string' ? offerNotifications(path) : () => undefined;
  return {
    closeFunction: () => {
      if (published.get(key) === trigger) published.delete(key);
      withdraw();
      return trigger.close();
    },
  };
}

/**
 * Starts workflows after the answer and outside of the request, because n8n holds an expression
 * isolate of some 11 MB for as long as `webhook()` runs. A request that is answered by its workflow
 * cannot be started here: n8n gives the response to the execution that the request starts.
 */
export class PublishedTrigger {
  readonly context: ITriggerFunctions;
  readonly #end = processEnd();
  #lastStart: number | null = null;

  constructor(context: ITriggerFunctions) {
    this.context = context;
  }

  /** @param confirm see {@link Admitted.confirm} */
  start(
    message: ReceivedMessage,
    confirm: Admitted['confirm'],
    parameters: WebhookParameters,
    bodyBytes: number,
  ): void {
    startOrder.add(
      answeredRequest(this.context, parameters, {
        isOneByOne: true,
        message: message.message,
        bodyBytes,
        begin: (started) => {
          const start = new OneStart(() => {
            const outputs = [[{ json: { ...message.message } }]];
            this.#lastStart = this.#end.moment();
            const withdraw = onceWritten(outputs, started);
            this.context.emit(outputs);
            return withdraw;
          });
          if (confirm === null) start.begin();
          else
            void this.#confirmed(confirm).then((isConfirmed) => {
              if (isConfirmed) start.begin();
              else started();
            });
          return () => {
            start.withdraw();
          };
        },
      }),
    );
  }

  /** Waits for n8n to save what was started when the process ends. Never rejects. */
  async close(): Promise<void> {
    if (this.#end.begun) await this.#end.graceSince(this.#lastStart, SAVE_WAIT_MS);
  }

  /** Checks an answered request with the current secret. Never rejects. */
  async #confirmed(confirm: () => Promise<Refusal | null>): Promise<boolean> {
    try {
      const refusal = await confirm();
      if (refusal !== null) warn(this.context, 'unknown', refusal.logLine);
      return refusal === null;
    } catch (error) {
      warn(this.context, 'dropped', notStarted(error));
      return false;
    }
  }
}

/** Why an answered request started nothing. */
export function notStarted(error: unknown, whatWasSent = 'The request had been answered.'): string {
  const reason = error instanceof AccoladesError ? ` ${error.message}` : '';
  return `The workflow was not started: the credential could not be read. ${whatWasSent}${reason}`;
}

/** A start that can be withdrawn before and after it has begun. */
class OneStart {
  readonly #start: () => () => void;
  #withdraw: (() => void) | null = null;
  #isWithdrawn = false;

  constructor(start: () => () => void) {
    this.#start = start;
  }

  begin(): void {
    if (!this.#isWithdrawn) this.#withdraw = this.#start();
  }

  withdraw(): void {
    this.#isWithdrawn = true;
    this.#withdraw?.();
  }
}

function keyOf(context: Pick<ITriggerFunctions, 'getNode' | 'getWorkflow'>): string {
  const { id, name } = context.getNode();
  // Older n8n accepts two nodes with one ID in a workflow.
  return `${context.getWorkflow().id ?? ''} ${id} ${name}`;
}
