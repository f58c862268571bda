import {
  AccoladesError,
  type CallNotification,
  type CallRecord,
  type Outcomes,
  type Timer,
} from '@accolades-flow/core';
import { processOutcomes, systemClock } from '@accolades-flow/core/node';
import type { IHookFunctions } from 'n8n-workflow';
import { nodeKey } from '../shared/webhook/endpoint-parameters.ts';
import { settingsError } from '../shared/webhook/settings-error.ts';
import type { CallEndedParameters } from './call-ended-settings.ts';

/**
 * Longest quiet time before a call counts as over in a test, in ms. Short, because n8n listens for
 * only two minutes.
 */
const TEST_WAIT_MS = 10_000;
/** A test ends after this time, in ms, because n8n may not report that it was stopped. */
const MAX_TEST_MS = 5 * 60_000;

/** Tests in the editor, by the key of the node. */
const tests = new Map<string, TestCall>();

/** Called for each URL that n8n registers. Starts a test; does nothing for a published node. */
export function beginTestOf(context: IHookFunctions, parameters: CallEndedParameters): void {
  if (context.getMode() !== 'manual') return;
  if (parameters.sourcePath === null) {
    beginTest(parameters);
    return;
  }
  const what =
    'Publish the workflow to try it: this node reads the notifications of a Webhook Trigger, and a test of this node gets none.';
  throw settingsError(context.getNode(), new AccoladesError('INVALID_PARAMETER', { what }));
}

/** Called when n8n removes a URL, without saying which; so any running test ends. */
export function endTestOf(context: IHookFunctions): void {
  endTest(nodeKey(context));
}

/** Begins a test, or begins it anew. */
function beginTest(parameters: CallEndedParameters): TestCall {
  endTest(parameters.key);
  const test = new TestCall(parameters);
  tests.set(parameters.key, test);
  return test;
}

/** Idempotent. */
function endTest(key: string): void {
  const test = tests.get(key);
  tests.delete(key);
  test?.close();
}

export function testOf(parameters: CallEndedParameters): TestCall {
  return tests.get(parameters.key) ?? beginTest(parameters);
}

/**
 * Waits for the first call that is over. In a test, n8n takes the execution's data from a request
 * only, so the requests of the call stay open, and one of them gets the record.
 */
class TestCall {
  readonly #outcomes: Outcomes;
  readonly #timer: Timer;
  #record: CallRecord | null = null;
  readonly #waiting: ((record: CallRecord | null) => void)[] = [];

  constructor({ key, outcome, events }: CallEndedParameters) {
    this.#outcomes = processOutcomes().open({
      key: `${key} test`,
      settings: {
        ...outcome,
        waitAnsweredMs: Math.min(outcome.waitAnsweredMs, TEST_WAIT_MS),
        waitUnansweredMs: Math.min(outcome.waitUnansweredMs, TEST_WAIT_MS),
      },
      events,
      onRecord: (record) => {
        this.#record ??= record;
        this.#give();
      },
    });
    this.#timer = systemClock.start(MAX_TEST_MS, () => {
      endTest(key);
    });
  }

  /** @returns the record of the first call; null for all requests but one, and when it ends */
  notified(notification: CallNotification): Promise<CallRecord | null> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#outcomes.notified(notification);
    });
  }

  close(): void {
    this.#timer.stop();
    this.#outcomes.close({ removed: true });
    for (const resolve of this.#waiting.splice(0)) resolve(null);
  }

  #give(): void {
    const [first, ...others] = this.#waiting.splice(0);
    first?.(this.#record);
    for (const resolve of others) resolve(null);
  }
}
