import { firstOutcomeWithin, HandOver, type AccoladesEvent } from '@accolades-flow/core';
import { processEnd } from '@accolades-flow/core/node';
import type { ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import type { AgentConnection } from '../shared/agent-credential.ts';
import { listen } from './listen.ts';
import { onceWritten } from '../shared/once-written.ts';
import { toOutputs } from './outputs.ts';
import type { TriggerSettings } from './trigger-settings.ts';

/** How long publishing a workflow waits for its agents, so that the log says at once whether they connect, in milliseconds. */
export const ACTIVATION_WAIT_MS = 5_000;

/**
 * How long n8n, when it ends, is kept from going on after the last event, in milliseconds: it does not wait for what it was given
 * and has not written to its database yet.
 */
export const HAND_OVER_MS = 5_000;

/**
 * How long n8n, when it ends, is kept from going on while the agents are released, in milliseconds: the closing handshakes take a second
 * at most, but an agent that a running execution uses, too, is not released before that.
 */
export const RELEASE_WAIT_MS = 1_500;

/**
 * Listens for as long as the workflow is active. What can heal (an absent agent, a wrong IP address, a lost network) never fails
 * an activation nor tears the workflow down: the session tries again until it succeeds, and the log says what is wrong.
 *
 * @throws AccoladesError when a parameter is not valid
 */
export async function listenActive(
  context: ITriggerFunctions,
  connection: AgentConnection,
  settings: TriggerSettings,
): Promise<ITriggerResponse> {
  // The same each time, so that a workflow that is saved or published again finds what arrived meanwhile.
  const owner = `n8n ${context.getWorkflow().id ?? ''} ${context.getNode().id}`;
  const end = processEnd();
  let lastEvent: number | null = null;
  // n8n starts executions side by side, so that of calls that come at once (above all those that waited for a re-publish) a later
  // one may overtake an earlier one. Those of an agent must not, nor may the rings of one call: of them one is the first.
  const handOver = new HandOver<AccoladesEvent>({
    give: (event, taken) => {
      lastEvent = end.moment();
      const outputs = toOutputs(event, settings.outputs);
      onceWritten(outputs, taken);
      context.emit(outputs);
    },
    topicsOf: (event) => [
      `agent ${event.agent.label}`,
      ...('uniqueId' in event ? [`call ${event.uniqueId}`] : []),
    ],
    onError: (message) => {
      context.logger.error(`[Accolades] An event could not be passed on: ${message}`);
    },
  });
  const listening = listen(context, connection, settings, {
    owner,
    startPaused: false,
    onEvent: (event) => {
      handOver.add(event);
    },
  });
  // No place is kept in a process that ends: what arrived for it would be lost.
  let released: Promise<unknown> | null = null;
  const forgetEnd = end.onBegin(() => {
    released = Promise.race([listening.subscription.drain(), end.graceSince(end.moment(), RELEASE_WAIT_MS)]);
    handOver.flush();
  });
  // At a start n8n activates one workflow after the other, and nobody watches.
  const watched = !['init', 'leadershipChange'].includes(context.getActivationMode());
  if (watched) await firstOutcomeWithin(listening.subscription, ACTIVATION_WAIT_MS);
  return {
    closeFunction: async () => {
      forgetEnd();
      if (released !== null) {
        await released;
        listening.stop({ removed: true });
        handOver.flush();
        await end.graceSince(lastEvent, HAND_OVER_MS);
        return;
      }
      listening.subscription.pause();
      listening.subscription.giveBack(handOver.close());
      // Else what comes to the next version could overtake it.
      await handOver.settled();
      // It may be a new version of the workflow that follows, so the place is kept for a moment.
      listening.stop({ removed: false });
      if (end.begun) await end.graceSince(lastEvent, HAND_OVER_MS);
    },
  };
}
