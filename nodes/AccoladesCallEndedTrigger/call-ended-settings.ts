import {
  AccoladesError,
  readOutcomeSettings,
  readPurposeEvents,
  type OutcomeEventType,
  type OutcomeSettings,
} from '@accolades-flow/core';
import { environmentVariable } from '@accolades-flow/core/node';
import { asRecord } from '../shared/parameters.ts';
import {
  nodeKey,
  readCommonSettings,
  readSecretPlace,
  type EndpointParameters,
  type ParameterContext,
} from '../shared/webhook/endpoint-parameters.ts';

/** The parameters of the trigger. */
export interface CallEndedParameters extends EndpointParameters {
  readonly events: readonly OutcomeEventType[];
  readonly outcome: OutcomeSettings;
  /** The path of the Webhook Trigger whose notifications are read; null: the node has a URL. */
  readonly sourcePath: string | null;
}

/** @throws AccoladesError `INVALID_PARAMETER` */
export function readCallEndedParameters(context: ParameterContext): CallEndedParameters {
  const parameter = (name: string, fallback: string): unknown => context.getNodeParameter(name, fallback);
  const options = asRecord(parameter('options', ''));
  const sourcePath = readSourcePath(parameter);
  const chosen = readPurposeEvents('notifications', parameter('events', ''));
  const events = chosen.filter((event) => event === 'callEnded' || event === 'missedCall');
  return {
    settings: { ...readCommonSettings(context, options), receives: 'notifications', events },
    key: nodeKey(context),
    secretPlace: sourcePath === null ? readSecretPlace(parameter('secretPlace', 'path')) : 'none',
    events,
    outcome: readOutcomeSettings({
      waitAnswered: parameter('waitAnswered', ''),
      waitUnanswered: parameter('waitUnanswered', ''),
      hangups: parameter('hangups', ''),
      seesAllNotifications: !isOneOfSeveral() || options['allNotifications'] === true,
    }),
    sourcePath,
  };
}

/** In queue mode, each process of n8n may get some of the notifications, and knows only these. */
function isOneOfSeveral(): boolean {
  return environmentVariable('EXECUTIONS_MODE') === 'queue';
}

function readSourcePath(parameter: (name: string, fallback: string) => unknown): string | null {
  if (parameter('notificationsFrom', 'url') !== 'webhookTrigger') return null;
  const path = parameter('webhookTriggerPath', '');
  if (typeof path === 'string' && path.trim() !== '') return path;
  throw new AccoladesError('INVALID_PARAMETER', {
    what: 'Give the path of the Webhook Trigger whose notifications this node reads.',
  });
}
