import type { INodeProperties } from 'n8n-workflow';
import { hangupFormatProperty } from '../hangup-format.ts';
import type { Shown } from './url-properties.ts';

/** The options of every trigger with a URL, by their names. */
export const COMMON_OPTIONS = {
  allowedAddresses: {
    displayName: 'Allowed Addresses',
    name: 'allowedAddresses',
    type: 'string',
    noDataExpression: true,
    default: '',
    placeholder: '203.0.113.7, 198.51.100.0/24',
    description:
      'IP addresses and networks from which requests are taken, separated by commas. Empty: all. Behind a reverse proxy, also set Trusted Proxies.',
  },
  country: {
    displayName: 'Country',
    name: 'country',
    type: 'string',
    noDataExpression: true,
    default: 'RO',
    placeholder: 'RO',
    description:
      'Where phone numbers without a country code are at home, as a code of two letters (ISO 3166), such as RO or DE',
  },
  maxBodyKb: {
    displayName: 'Maximum Size (KB)',
    name: 'maxBodyKb',
    type: 'number',
    noDataExpression: true,
    typeOptions: { minValue: 1, maxValue: 1024, numberPrecision: 0 },
    default: 64,
    description: 'Larger requests are refused',
  },
  splitOutputs: {
    displayName: 'Split Outputs',
    name: 'splitOutputs',
    type: 'boolean',
    noDataExpression: true,
    default: false,
    description: 'Whether each chosen event has an output of its own',
  },
  trustedProxies: {
    displayName: 'Trusted Proxies',
    name: 'trustedProxies',
    type: 'string',
    noDataExpression: true,
    default: '',
    placeholder: '1',
    description:
      'The reverse proxies before this n8n, so that the address of the sender is known: their number, or (safer) their addresses. Empty: none.',
  },
} as const satisfies Readonly<Record<string, INodeProperties>>;

/** The options of call notifications, by their names. */
export function notificationOptions(show: Shown = {}) {
  return {
    durationField: {
      displayName: 'Duration Field',
      name: 'durationField',
      type: 'string',
      noDataExpression: true,
      default: '',
      placeholder: 'duration',
      description:
        'The field of a notification that holds the duration. Empty: the first that looks like it. Accolades does not publish its name; see <code>raw</code>.',
      displayOptions: { show },
    },
    hangupFallback: {
      displayName: 'Fallback for Hang-Up',
      name: 'hangupFallback',
      type: 'options',
      noDataExpression: true,
      default: 'drop',
      description: 'What happens to a call at its time limit when no workflow decides in time',
      options: [
        { name: 'Drop', value: 'drop' },
        { name: 'Extend', value: 'extend' },
      ],
      displayOptions: { show },
    },
    hangupFallbackSeconds: {
      displayName: 'Fallback for Hang-Up: Seconds',
      name: 'hangupFallbackSeconds',
      type: 'number',
      noDataExpression: true,
      typeOptions: { minValue: 1, maxValue: 86400, numberPrecision: 0 },
      default: 300,
      description:
        'The new duration limit, when the fallback extends the call. What it counts from is not published.',
      displayOptions: { show },
    },
    hangupFormat: {
      ...hangupFormatProperty(
        'How a hang-up decision is written. Accolades does not publish it: ask the vendor, and set it here once; the node “Accolades” uses it, too.',
      ),
      displayOptions: { show },
    },
    phoneField: {
      displayName: 'Phone Number Field',
      name: 'phoneField',
      type: 'string',
      noDataExpression: true,
      default: '',
      placeholder: 'callerNumber',
      description:
        'The field of a notification that holds the phone number. Empty: the first that looks like it. Accolades does not publish its name; see <code>raw</code>.',
      displayOptions: { show },
    },
  } as const satisfies Readonly<Record<string, INodeProperties>>;
}
