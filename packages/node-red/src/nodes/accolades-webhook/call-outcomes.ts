import {
  readOutcomeSettings,
  type CallRecord,
  type OutcomeEventType,
  type OutcomeReport,
  type OutcomeSettings,
  type Outcomes,
} from '@accolades-flow/core';
import { processOutcomes } from '@accolades-flow/core/node';
import type { Settings } from '../../migrations/migrate.ts';
import type { Environment } from '../../runtime/environment.ts';
import { runtimeEnd } from '../../runtime/runtime-end.ts';
import { outcomeSettings } from './endpoint-settings.ts';

/**
 * How long a flow may still run after the last record when the process ends, in milliseconds.
 * Node-RED drops messages that have not reached the next node.
 */
const FLOW_GRACE_MS = 100;

export interface CallOutcomesOptions {
  /** The id of the node: the memory of its calls is kept over deployments. */
  readonly key: string;
  readonly events: readonly OutcomeEventType[];
  readonly onRecord: (record: CallRecord) => void;
  readonly onReport: (report: OutcomeReport) => void;
}

/** What became of the calls of one webhook node. */
export class CallOutcomes {
  readonly #options: CallOutcomesOptions;
  readonly #settings: OutcomeSettings;
  readonly #end = runtimeEnd();
  #forgetEnd: () => void = () => undefined;
  #outcomes: Outcomes | null = null;
  /** Monotonic time; null: none yet. */
  #lastRecord: number | null = null;

  /** @throws AccoladesError `INVALID_PARAMETER` */
  constructor(settings: Settings, environment: Environment, options: CallOutcomesOptions) {
    this.#settings = readOutcomeSettings(outcomeSettings(settings, environment));
    this.#options = options;
  }

  chooses(event: OutcomeEventType): boolean {
    return this.#options.events.includes(event);
  }

  /** The path is served: takes the memory of the node's calls over. Idempotent. */
  open(): void {
    if (this.#outcomes !== null) return;
    this.#open();
    const onSurvived = (): void => {
      this.#open();
    };
    this.#forgetEnd = this.#end.onBegin(() => {
      this.#outcomes?.processEnds();
      return this.#end.graceSince(this.#lastRecord, FLOW_GRACE_MS);
    }, onSurvived);
  }

  #open(): void {
    this.#outcomes = processOutcomes().open({
      ...this.#options,
      settings: this.#settings,
      onRecord: (record) => {
        this.#lastRecord = this.#end.moment();
        this.#options.onRecord(record);
      },
    });
  }

  /**
   * The node is closed and may be created again. Its path stays served, so the calls go on: the
   * next node takes them over, and until then records are held with the other messages.
   * Idempotent, never throws.
   */
  leave(): void {
    this.#forgetEnd();
  }

  /** The node will not come back; no effect when it has. Idempotent, never throws. */
  giveUp(): void {
    this.#outcomes?.close({ removed: true });
  }
}
