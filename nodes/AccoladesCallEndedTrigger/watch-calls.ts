import {
  HostAcknowledgements,
  OrderedDelivery,
  RecentMap,
  type CallRecord,
  type DeliveryReport,
  type Outcomes,
} from '@accolades-flow/core';
import { processEnd, processOutcomes, systemClock } from '@accolades-flow/core/node';
import type { ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import { foundCredential } from '../shared/agent-credential.ts';
import { deliveryLine } from '../shared/delivery-lines.ts';
import { onceWritten } from '../shared/once-written.ts';
import { claimOwner } from '../shared/owner-name.ts';
import { hasNotificationSource, readNotifications } from '../shared/webhook/notification-sources.ts';
import type { CallEndedParameters } from './call-ended-settings.ts';

/** On shutdown, wait this long for n8n to save executions, in ms; n8n itself does not wait. */
const SAVE_WAIT_MS = 5_000;

/** How many executions wait for n8n. Beyond this, core holds records, within its own limits. */
const MAX_WAITING = 1_000;
/** The same limit in characters. */
const MAX_WAITING_CHARS = 4 * 1024 * 1024;

/** Kept over re-publishing: only the first record shows whether n8n acknowledges. */
const acknowledgementsOf = new RecentMap<HostAcknowledgements>(1_000);

/** The nodes that run in this process, by key. */
const watches = new Map<string, CallWatch>();

/** The published node; null in a process that runs no triggers. */
export function callWatch(key: string): CallWatch | null {
  return watches.get(key) ?? null;
}

/** Starts the workflow for each call that is over, while it is published. */
export function watchCalls(context: ITriggerFunctions, parameters: CallEndedParameters): ITriggerResponse {
  const owner = claimOwner(context.getWorkflow().id ?? '', context.getNode());
  const key = owner.owner;
  const watch = new CallWatch(context, { ...parameters, key });
  watches.set(key, watch);
  if (owner.twin !== null) watch.warnOfTwin(owner.twin);
  return {
    closeFunction: async () => {
      if (watches.get(key) === watch) watches.delete(key);
      await watch.close();
      owner.release();
    },
  };
}

/** Passes the calls of one published node to n8n, in order. */
export class CallWatch {
  /** Reads the credential, also after a request. */
  readonly context: ITriggerFunctions;
  readonly #parameters: CallEndedParameters;
  readonly #end = processEnd();
  readonly #delivery: OrderedDelivery<CallRecord>;
  readonly #forgetEnd: () => void;
  readonly #stopReading: () => void;
  readonly #outcomes: Outcomes;
  #isEnding = false;
  #lastStart: number | null = null;
  #closed: Promise<void> | null = null;

  constructor(context: ITriggerFunctions, parameters: CallEndedParameters) {
    this.context = context;
    this.#parameters = parameters;
    this.#delivery = this.#createDelivery();
    this.#outcomes = this.#open();
    this.#stopReading =
      parameters.sourcePath === null
        ? () => undefined
        : readNotifications(parameters.sourcePath, parameters.key, (isReachable) => {
            this.#outcomes.reachable(isReachable);
          });
    this.#forgetEnd = this.#end.onBegin(() => {
      this.#isEnding = true;
      this.#outcomes.processEnds();
      this.#delivery.flush();
    });
    this.#outcomes.resume();
  }

  warnOfTwin(twin: string): void {
    this.#log(
      'warn',
      `Replace one of the nodes “${twin}” and “${this.context.getNode().name}” of this workflow by a new one: ` +
        'they have the same internal ID. Both tell their calls, but calls that go on over a publish may be lost.',
    );
  }

  /** Idempotent, never rejects. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#forgetEnd();
    this.#stopReading();
    if (this.#isEnding) {
      this.#outcomes.close({ removed: true });
      await this.#end.graceSince(this.#lastStart, SAVE_WAIT_MS);
      const count = this.#delivery.unacknowledged;
      if (count > 0) this.#report({ kind: 'lost', count });
      return;
    }
    this.#outcomes.pause();
    // Waits for n8n to save: records of the next version must not overtake these.
    this.#outcomes.requeue(await this.#delivery.close());
    // A new version may follow, so core keeps the memory of calls for a moment.
    this.#outcomes.close();
  }

  #open(): Outcomes {
    const { key, outcome, events, sourcePath } = this.#parameters;
    return processOutcomes().open({
      key,
      settings: outcome,
      events,
      // Records of the time before may wait, until the setup is complete.
      startPaused: true,
      reachable: sourcePath === null || hasNotificationSource(sourcePath),
      onRecord: (record) => {
        this.#delivery.add(record);
      },
      onReport: ({ text }) => {
        this.#log('warn', text);
      },
    });
  }

  #createDelivery(): OrderedDelivery<CallRecord> {
    const { key } = this.#parameters;
    const known = acknowledgementsOf.get(key);
    const host = known ?? new HostAcknowledgements();
    if (known === undefined) acknowledgementsOf.add(key, host);
    return new OrderedDelivery<CallRecord>({
      clock: systemClock,
      host,
      keysOf: () => ['call'],
      deliver: (record, acknowledge) => {
        this.#lastStart = this.#end.moment();
        const outputs = [[{ json: { ...record } }]];
        const withdraw = onceWritten(outputs, acknowledge);
        this.context.emit(outputs);
        return withdraw;
      },
      // Starting an execution needs n8n's database too, so test it first.
      check: () => this.#checkDatabase(),
      capacity: {
        maxItems: MAX_WAITING,
        maxSize: MAX_WAITING_CHARS,
        sizeOf: (record) => JSON.stringify(record).length,
        onFull: () => {
          this.#outcomes.pause();
        },
        onRoom: () => {
          this.#outcomes.resume();
        },
      },
      onReport: (report) => {
        this.#report(report);
      },
    });
  }

  #checkDatabase(): Promise<unknown> | null {
    if (this.#parameters.secretPlace === 'none') return null;
    return foundCredential(this.context.getCredentials('accoladesWebhookApi'));
  }

  #report(report: DeliveryReport): void {
    const { level, text } = deliveryLine(report);
    this.#log(level, text);
  }

  #log(level: 'info' | 'warn' | 'error', text: string): void {
    this.context.logger[level](`[Accolades] ${text}`, {
      nodeName: this.context.getNode().name,
      workflowId: this.context.getWorkflow().id ?? '',
    });
  }
}
