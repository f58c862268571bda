import { PURPOSE_EVENTS, type EndpointPurpose } from '@accolades-flow/core';
import type { Migration, Settings } from '../../migrations/migrate.ts';

/** The migrations of a webhook node's settings, oldest first. */
export const webhookMigrations: readonly Migration[] = [
  {
    version: 1,
    // Adds settings that a hand-written node lacks.
    upgrade: (settings) => ({
      path: '/accolades',
      method: 'both',
      splitOutputs: false,
      secretParameter: 'secret',
      allowedAddresses: '',
      trustedProxies: '0',
      maxBodyBytes: '',
      country: 'RO',
      phoneField: '',
      durationField: '',
      replyLimitMs: '5000',
      flowAnswersIvr: true,
      ivrFallback: '{}',
      flowConfirmsHangup: true,
      flowPopsScreen: false,
      hangupFallback: 'drop',
      hangupFallbackSeconds: '300',
      hangupFormat: 'json',
      hangupDecisionField: 'action',
      hangupDropValue: 'drop',
      hangupExtendValue: 'extend',
      hangupSecondsField: 'duration',
      hangupTemplate: '',
      hangupContentType: '',
      ...settings,
    }),
  },
  {
    version: 2,
    // One purpose per node. Before, the node guessed the sender of each request.
    upgrade: (settings) => {
      const receives = purposeOf(settings);
      return {
        waitAnswered: '30',
        waitUnanswered: '60',
        hangups: 'unknown',
        callSource: 'all',
        numbers: '',
        firstRingOnly: false,
        popWhenAnswered: false,
        ...settings,
        receives,
        events: eventsOf(settings['events'], receives),
      };
    },
  },
];

/** The events of a node for which nothing was chosen. */
export const DEFAULT_EVENTS: Readonly<Record<EndpointPurpose, readonly string[]>> = {
  notifications: ['callEnded'],
  ivr: PURPOSE_EVENTS.ivr,
  connector: ['incomingCall', 'outgoingCall'],
};

/** In the order in which a node with events of several purposes keeps one. */
const PURPOSES = ['notifications', 'ivr', 'connector'] as const satisfies readonly EndpointPurpose[];

/**
 * The purposes whose requests a node received before it had one of its own, and no longer does.
 * @param settings as the flow file holds them
 */
export function lostPurposes(settings: Settings): readonly EndpointPurpose[] {
  if (settings['receives'] !== undefined) return [];
  return chosenPurposes(settings['events']).slice(1);
}

function purposeOf({ receives, events }: Settings): unknown {
  return receives ?? chosenPurposes(events)[0] ?? 'notifications';
}

function chosenPurposes(events: unknown): readonly EndpointPurpose[] {
  const chosen: readonly unknown[] = Array.isArray(events) ? events : [];
  return PURPOSES.filter((purpose) => PURPOSE_EVENTS[purpose].some((event) => chosen.includes(event)));
}

/** Unknown events stay, so that the node names them in its error. */
function eventsOf(events: unknown, receives: unknown): unknown {
  const purpose = PURPOSES.find((known) => known === receives);
  if (purpose === undefined) return events;
  if (!Array.isArray(events)) return events ?? [...DEFAULT_EVENTS[purpose]];
  const chosen: readonly unknown[] = events;
  const others = PURPOSES.filter((known) => known !== purpose);
  return chosen.filter((event) => !others.some((other) => includes(PURPOSE_EVENTS[other], event)));
}

function includes(list: readonly string[], value: unknown): boolean {
  return list.some((entry) => entry === value);
}
