import { randomUUID } from 'node:crypto';
import type {
  AccoladesError,
  AccoladesErrorCode,
  SessionStatus,
  SubscriptionStatus,
} from '@accolades-flow/core';
import type { ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import type { AgentConnection } from '../shared/agent-credential.ts';
import { connectionError, reasonOf } from '../shared/node-errors.ts';
import { listen } from './listen.ts';
import { toOutputs } from './outputs.ts';
import type { TriggerSettings } from './trigger-settings.ts';

/** What may well be over a second later, so that a test goes on listening. */
const PASSING: ReadonlySet<AccoladesErrorCode> = new Set([
  'NETWORK',
  'CONNECTION_LOST',
  'CONNECTION_CLOSED',
  'HEARTBEAT_TIMEOUT',
]);
/** But not for ever: an agent that failed so often in a row is not going to connect. */
const MAX_PASSING_ATTEMPTS = 3;

/**
 * Listens for one event, for a person who tests the workflow in the editor, and releases the agents with it. When no agent can be
 * connected, the test ends with an error that says why.
 *
 * @throws AccoladesError when a parameter is not valid
 */
export function listenManually(
  context: ITriggerFunctions,
  connection: AgentConnection,
  settings: TriggerSettings,
): ITriggerResponse {
  const total = connection.agents.length;
  const failures = new Map<string, AccoladesError>();
  let hasBeenConnected = false;
  let allTried = false;
  let settle: (error?: Error) => void = () => undefined;
  const started = new Promise<void>((resolve, reject) => {
    settle = (error) => {
      if (error === undefined) resolve();
      else reject(error);
    };
  });
  // n8n looks at it only after this function has returned.
  started.catch(() => undefined);

  const onStatus = (status: SubscriptionStatus): void => {
    if (status.connected > 0) {
      hasBeenConnected = true;
      settle();
    }
    // The reason of a session that was waiting before may be out of date.
    if (hasBeenConnected || !allTried) return;
    for (const agent of status.agents) {
      const reason = reasonOf(agent);
      if (reason !== null && isLasting(reason, agent.status)) failures.set(agent.label, reason);
    }
    if (failures.size < total) return;
    listening.stop({ removed: true });
    const reasons = [...failures].map(([label, reason]) => ({ label, reason }));
    settle(connectionError(context.getNode(), reasons, total));
  };

  const listening = listen(context, connection, settings, {
    // An owner of its own, also while the same workflow is active or is tested twice.
    owner: `n8n test ${randomUUID()}`,
    // n8n takes an event only after this function has returned.
    startPaused: true,
    onEvent: (event) => {
      listening.stop({ removed: true });
      context.emit(toOutputs(event, settings.outputs));
      settle();
    },
    onStatus,
  });

  const watchAgents = async (): Promise<void> => {
    const status = await listening.subscription.firstOutcome;
    allTried = true;
    onStatus(status);
  };

  return {
    manualTriggerFunction: async () => {
      listening.subscription.resume();
      void watchAgents();
      await started;
    },
    closeFunction: () => {
      listening.stop({ removed: true });
      settle();
      return Promise.resolve();
    },
  };
}

function isLasting(reason: AccoladesError, status: SessionStatus): boolean {
  return !PASSING.has(reason.code) || (status.state === 'waiting' && status.attempt >= MAX_PASSING_ATTEMPTS);
}
