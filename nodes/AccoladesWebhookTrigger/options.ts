import type { INodeProperties } from 'n8n-workflow';
import { COMMON_OPTIONS, notificationOptions } from '../shared/webhook/option-properties.ts';

const NOTIFICATIONS = { '/receives': ['notifications'] };
const CONNECTOR = { '/receives': ['connector'] };
const notifications = notificationOptions(NOTIFICATIONS);

/** The options, each shown for the purposes that it belongs to. */
export const OPTIONS: INodeProperties = {
  displayName: 'Options',
  name: 'options',
  type: 'collection',
  placeholder: 'Add option',
  default: {},
  options: [
    COMMON_OPTIONS.allowedAddresses,
    {
      displayName: 'Answer Within (Seconds)',
      name: 'replyLimit',
      type: 'number',
      noDataExpression: true,
      typeOptions: { minValue: 0.1, maxValue: 60, numberPrecision: 1 },
      default: 5,
      description:
        'How long the workflow has to answer before the fallback is sent (for a screen pop: no page). How long Accolades waits is not published.',
    },
    COMMON_OPTIONS.country,
    notifications.durationField,
    notifications.hangupFallback,
    notifications.hangupFallbackSeconds,
    {
      displayName: 'Fallback for IVR',
      name: 'ivrFallback',
      type: 'json',
      noDataExpression: true,
      default: '{}',
      description:
        'The variables of an IVR answer that the workflow does not give in time, as a JSON object, for example {"found":"no"}',
      displayOptions: { show: { '/receives': ['ivr'] } },
    },
    {
      displayName: 'First Ring Only',
      name: 'firstRingOnly',
      type: 'boolean',
      noDataExpression: true,
      default: false,
      description:
        'Whether a call that rings several times, at one agent or at several, starts the workflow once, for the first ring',
      displayOptions: { show: CONNECTOR },
    },
    notifications.hangupFormat,
    COMMON_OPTIONS.maxBodyKb,
    {
      displayName: 'Numbers',
      name: 'numbers',
      type: 'string',
      noDataExpression: true,
      default: '',
      placeholder: '0721, +40, /^021\\d{7}$/',
      description:
        'Only calls with these phone numbers: beginnings, or regular expressions between slashes, separated by commas. Empty: all numbers.',
      displayOptions: { show: CONNECTOR },
    },
    notifications.phoneField,
    {
      ...COMMON_OPTIONS.splitOutputs,
      displayOptions: { show: { '/receives': ['notifications', 'connector'] } },
    },
    COMMON_OPTIONS.trustedProxies,
  ],
};
