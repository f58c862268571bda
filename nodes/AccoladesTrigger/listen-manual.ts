import { randomUUID } from 'node:crypto';
import type {
  AccoladesError,
  AccoladesErrorCode,
  AccoladesEvent,
  SessionStatus,
  SubscriptionStatus,
} from '@accolades-flow/core';
import { systemClock } from '@accolades-flow/core/node';
import { NodeOperationError, type ITriggerFunctions, type ITriggerResponse } from 'n8n-workflow';
import type { AgentConnection } from '../shared/agent-credential.ts';
import { connectionError, reasonOf } from '../shared/node-errors.ts';
import { Listening } from './listen.ts';
import { MANUAL_TEST_MS, ManualTests, type TestEnd } from './manual-tests.ts';
import { toOutputs } from './outputs.ts';
import type { TriggerSettings } from './trigger-settings.ts';

const tests = new ManualTests(systemClock);

/** Temporary failures: the test keeps listening. */
const PASSING: ReadonlySet<AccoladesErrorCode> = new Set([
  'NETWORK',
  'CONNECTION_LOST',
  'CONNECTION_CLOSED',
  'HEARTBEAT_TIMEOUT',
]);
/** After this many failures in a row, the agent is considered unreachable. */
const MAX_PASSING_ATTEMPTS = 3;

/**
 * Listens for one event while a user tests the workflow in the editor, then releases the agents.
 * The test fails when no agent connects, when no event arrives within {@link MANUAL_TEST_MS}, and
 * when the same node is tested again.
 *
 * @throws AccoladesError when a parameter is invalid
 */
export function listenManually(
  context: ITriggerFunctions,
  connection: AgentConnection,
  settings: TriggerSettings,
): ITriggerResponse {
  const test = new ManualTest(context, connection, settings);
  return {
    manualTriggerFunction: () => test.run(),
    closeFunction: () => {
      test.end();
      return Promise.resolve();
    },
  };
}

class ManualTest {
  readonly #context: ITriggerFunctions;
  readonly #settings: TriggerSettings;
  readonly #total: number;
  readonly #listening: Listening;
  readonly #forget: () => void;
  readonly #failures = new Map<string, AccoladesError>();
  /** Resolves when the test listens; rejects when it cannot. */
  readonly #started: Promise<void>;
  #settleStart: (error?: Error) => void = () => undefined;
  #isResumed = false;
  #isRunning = false;
  #hasBeenConnected = false;
  #allTried = false;
  #ended = false;

  constructor(context: ITriggerFunctions, connection: AgentConnection, settings: TriggerSettings) {
    this.#context = context;
    this.#settings = settings;
    this.#total = connection.agents.length;
    this.#started = new Promise((resolve, reject) => {
      this.#settleStart = (error) => {
        if (error === undefined) resolve();
        else reject(error);
      };
    });
    // n8n handles the rejection only after the start.
    this.#started.catch(() => undefined);
    this.#listening = new Listening(context, connection, settings, {
      // A separate owner, because the same workflow may be active or tested twice.
      owner: `n8n test ${randomUUID()}`,
      // n8n accepts an event only after the start.
      startPaused: true,
      onEvent: (event) => {
        this.#onEvent(event);
      },
      onStatus: (status) => {
        this.#onStatus(status);
      },
    });
    const { id, name } = context.getNode();
    this.#forget = tests.begin(`${context.getWorkflow().id ?? ''} ${id} ${name}`, (why) => {
      this.end(this.#error(why));
    });
  }

  async run(): Promise<void> {
    this.#isResumed = true;
    this.#listening.resume();
    if (this.#hasBeenConnected) this.#settleStart();
    void this.#listening.subscription.firstOutcome.then((status) => {
      this.#allTried = true;
      this.#onStatus(status);
    });
    await this.#started;
    this.#isRunning = true;
  }

  /** Idempotent, never throws. */
  end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#forget();
    this.#listening.stop({ removed: true });
    this.#settleStart(error);
    // While the test listens, n8n accepts errors only here.
    if (error !== undefined && this.#isRunning) this.#context.emitError(error);
  }

  #onEvent(event: AccoladesEvent): void {
    if (this.#ended) return;
    this.end();
    this.#context.emit(toOutputs([event], this.#settings.outputs));
  }

  #onStatus(status: SubscriptionStatus): void {
    if (status.connected > 0) {
      this.#hasBeenConnected = true;
      if (this.#isResumed) this.#settleStart();
    }
    // A session that was already waiting may report an outdated reason.
    if (this.#hasBeenConnected || !this.#allTried) return;
    for (const agent of status.agents) {
      const reason = reasonOf(agent);
      if (reason !== null && isLasting(reason, agent.status)) this.#failures.set(agent.label, reason);
    }
    if (this.#failures.size < this.#total) return;
    const reasons = [...this.#failures].map(([label, reason]) => ({ label, reason }));
    this.end(connectionError(this.#context.getNode(), reasons, this.#total));
  }

  #error(why: TestEnd): NodeOperationError {
    const message =
      why === 'replaced'
        ? 'This test was ended, because the step was executed again.'
        : `No event came within ${MANUAL_TEST_MS / 60_000} minutes.`;
    return new NodeOperationError(this.#context.getNode(), message, {
      description: "Execute the step again, then call the agent, or dial from the agent's phone.",
      level: 'warning',
    });
  }
}

function isLasting(reason: AccoladesError, status: SessionStatus): boolean {
  return !PASSING.has(reason.code) || (status.state === 'waiting' && status.attempt >= MAX_PASSING_ATTEMPTS);
}
