import type { INodeProperties } from 'n8n-workflow';
import { hangupFormatProperty } from '../shared/hangup-format.ts';

/** The parameters of the trigger, as the editor shows them. */
export const WEBHOOK_PROPERTIES: INodeProperties[] = [
  {
    displayName:
      'Set this URL in Accolades: for call notifications at each user (phone), for an IVR in its step “HTTP request”. Replace <code>:secret</code> in it by the secret of the credential. ' +
      'Accolades <b>hangs up the call</b> when the URL does not answer, so publish the workflow first.',
    name: 'urlNotice',
    type: 'notice',
    default: '',
  },
  {
    displayName: 'Path',
    name: 'path',
    type: 'string',
    noDataExpression: true,
    default: '',
    placeholder: 'e.g. accolades',
    description: 'The path of the URL. Empty: an ID that n8n makes.',
  },
  {
    displayName: 'Secret In',
    name: 'secretPlace',
    type: 'options',
    noDataExpression: true,
    default: 'path',
    description: 'Where Accolades sends the secret, which keeps strangers from starting the workflow',
    options: [
      {
        name: 'Parameter',
        value: 'parameter',
        description:
          'As a parameter of the query (?secret=…) or of the form. n8n writes neither into its log. Whether Accolades takes a “?” in each of its URL fields is not published: try it.',
      },
      {
        name: 'Path',
        value: 'path',
        description:
          'As the last part of the path. n8n itself writes the path of a request that it cannot serve, as after unpublishing, into its log.',
      },
      {
        name: 'Nowhere',
        value: 'none',
        description: 'Whoever knows the URL can start the workflow, except by the allowed addresses',
      },
    ],
  },
  {
    displayName: 'Secret Parameter',
    name: 'secretParameter',
    type: 'string',
    noDataExpression: true,
    default: 'secret',
    description: 'The name of the parameter that holds the secret. It does not reach the workflow.',
    displayOptions: { show: { secretPlace: ['parameter'] } },
  },
  {
    displayName:
      'Without a secret, anybody who learns the URL can start this workflow and read its answers. Limit the allowed addresses in the options.',
    name: 'noSecretNotice',
    type: 'notice',
    default: '',
    displayOptions: { show: { secretPlace: ['none'] } },
  },
  {
    displayName: 'Events',
    name: 'events',
    type: 'multiOptions',
    noDataExpression: true,
    required: true,
    default: ['answer', 'confirmHangup', 'hangup', 'ivrRequest'],
    description:
      'What starts the workflow. Everything else is answered all the same, so that no call is lost.',
    options: [
      {
        name: 'Agent Connected',
        value: 'agentConnected',
        description: 'The browser connector says that an agent came up',
      },
      {
        name: 'Agent Disconnected',
        value: 'agentDisconnected',
        description: 'The browser connector says that an agent went away',
      },
      { name: 'Call Answered', value: 'answer', description: 'Somebody has answered a call' },
      { name: 'Call Ended', value: 'hangup', description: 'A call was hung up' },
      {
        name: 'Confirm Hang-Up',
        value: 'confirmHangup',
        description: 'A call has reached its maximum duration: the workflow decides whether it goes on',
      },
      {
        name: 'Incoming Call',
        value: 'incomingCall',
        description: 'The browser connector says that a call reaches an agent',
      },
      {
        name: 'IVR Request',
        value: 'ivrRequest',
        description: 'A voice menu asks, and the workflow answers with variables',
      },
      {
        name: 'Other Notification',
        value: 'otherNotification',
        description: 'A call notification that is not documented',
      },
      {
        name: 'Outgoing Call',
        value: 'outgoingCall',
        description: 'The browser connector says that an agent starts a call',
      },
    ],
  },
  {
    displayName: 'Answer with an Address (Screen Pop)',
    name: 'screenPop',
    type: 'boolean',
    noDataExpression: true,
    default: false,
    description:
      'Whether the workflow answers a call with the address of a page, which the browser connector then opens in front of the agent. Off: calls are acknowledged at once, before the workflow starts.',
    displayOptions: { show: { events: ['incomingCall', 'outgoingCall'] } },
  },
  {
    displayName: 'Respond',
    name: 'respond',
    type: 'options',
    noDataExpression: true,
    default: 'replyNode',
    description:
      'Who answers IVR requests, hang-up confirmations and, with a screen pop, calls of the browser connector. Call notifications are always answered at once, before the workflow starts.',
    displayOptions: {
      show: { events: ['ivrRequest', 'confirmHangup', 'incomingCall', 'outgoingCall'] },
    },
    options: [
      {
        name: 'At Once, with the Fallback',
        value: 'fallback',
        description: 'The answers that are set in the options, before the workflow starts',
      },
      {
        name: 'Using an Accolades Node',
        value: 'replyNode',
        description: 'A node “Accolades” with the resource Reply answers, at any place of the workflow',
      },
      {
        name: 'When Last Node Finishes',
        value: 'lastNode',
        description:
          'The first item of the last node is the answer: its fields are the variables; for a hang-up confirmation, decision (drop or extend) and seconds; for a screen pop, url and title. Without an item, or with an empty one, the fallback is sent.',
      },
    ],
  },
  {
    displayName: 'Options',
    name: 'options',
    type: 'collection',
    placeholder: 'Add option',
    default: {},
    options: [
      {
        displayName: 'Allowed Addresses',
        name: 'allowedAddresses',
        type: 'string',
        noDataExpression: true,
        default: '',
        placeholder: '203.0.113.7, 198.51.100.0/24',
        description:
          'IP addresses and networks from which requests are taken, separated by commas. Empty: all. Behind a reverse proxy, also set Trusted Proxies.',
      },
      {
        displayName: 'Answer Within (Seconds)',
        name: 'replyLimit',
        type: 'number',
        noDataExpression: true,
        typeOptions: { minValue: 0.1, maxValue: 60, numberPrecision: 1 },
        default: 5,
        description:
          'How long the workflow has to answer an IVR request, a hang-up confirmation or a call with a screen pop before the fallback is sent (for a screen pop: no page). How long Accolades waits is not published.',
      },
      {
        displayName: 'Country',
        name: 'country',
        type: 'string',
        noDataExpression: true,
        default: 'RO',
        placeholder: 'RO',
        description:
          'Where phone numbers without a country code are at home, as a code of two letters (ISO 3166), such as RO or DE',
      },
      {
        displayName: 'Duration Field',
        name: 'durationField',
        type: 'string',
        noDataExpression: true,
        default: '',
        placeholder: 'duration',
        description:
          'The field of a notification that holds the duration. Empty: the first that looks like it. Accolades does not publish its name; see <code>raw</code>.',
      },
      {
        displayName: 'Fallback for Hang-Up',
        name: 'hangupFallback',
        type: 'options',
        noDataExpression: true,
        default: 'drop',
        description: 'What happens to a call at its time limit when the workflow does not decide in time',
        options: [
          { name: 'Drop', value: 'drop' },
          { name: 'Extend', value: 'extend' },
        ],
      },
      {
        displayName: 'Fallback for Hang-Up: Seconds',
        name: 'hangupFallbackSeconds',
        type: 'number',
        noDataExpression: true,
        typeOptions: { minValue: 1, maxValue: 86400, numberPrecision: 0 },
        default: 300,
        description:
          'The new duration limit, when the fallback extends the call. What it counts from is not published.',
      },
      {
        displayName: 'Fallback for IVR',
        name: 'ivrFallback',
        type: 'json',
        noDataExpression: true,
        default: '{}',
        description:
          'The variables of an IVR answer that the workflow does not give in time, as a JSON object, for example {"found":"no"}',
      },
      hangupFormatProperty(
        'How a hang-up decision is written. Accolades does not publish it: ask the vendor, and set it here once; the node “Accolades” uses it, too.',
      ),
      {
        displayName: 'Maximum Size (KB)',
        name: 'maxBodyKb',
        type: 'number',
        noDataExpression: true,
        typeOptions: { minValue: 1, maxValue: 1024, numberPrecision: 0 },
        default: 64,
        description: 'Larger requests are refused',
      },
      {
        displayName: 'Phone Number Field',
        name: 'phoneField',
        type: 'string',
        noDataExpression: true,
        default: '',
        placeholder: 'callerNumber',
        description:
          'The field of a notification that holds the phone number. Empty: the first that looks like it. Accolades does not publish its name; see <code>raw</code>.',
      },
      {
        displayName: 'Split Outputs',
        name: 'splitOutputs',
        type: 'boolean',
        noDataExpression: true,
        default: false,
        description: 'Whether each chosen event has an output of its own',
      },
      {
        displayName: 'Trusted Proxies',
        name: 'trustedProxies',
        type: 'string',
        noDataExpression: true,
        default: '',
        placeholder: '1',
        description:
          'The reverse proxies before this n8n, so that the address of the sender is known: their number, or (safer) their addresses. Empty: none.',
      },
    ],
  },
];
