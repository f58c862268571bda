import type { INodeProperties } from 'n8n-workflow';
import { COMMON_OPTIONS, notificationOptions } from '../shared/webhook/option-properties.ts';
import { urlProperties } from '../shared/webhook/url-properties.ts';

const OWN_URL = { notificationsFrom: ['url'] };
const notifications = notificationOptions();

const SOURCE: INodeProperties[] = [
  {
    displayName: 'Notifications From',
    name: 'notificationsFrom',
    type: 'options',
    noDataExpression: true,
    default: 'url',
    description: 'How this node gets the call notifications of Accolades',
    options: [
      {
        name: 'URL of This Node',
        value: 'url',
        description: 'Set the URL of this node in Accolades at each user (phone)',
      },
      {
        name: 'Webhook Trigger',
        value: 'webhookTrigger',
        description:
          'An Accolades Webhook Trigger of this n8n has the URL, so that its workflow gets each notification, too',
      },
    ],
  },
  {
    displayName:
      'Set this URL in Accolades at each user (phone), also at those who only answer transferred calls. Replace <code>:secret</code> in it by the secret of the credential. ' +
      'Accolades <b>hangs up the call</b> when the URL does not answer, so publish the workflow first.',
    name: 'urlNotice',
    type: 'notice',
    default: '',
    displayOptions: { show: OWN_URL },
  },
  {
    displayName:
      'Publish that Webhook Trigger, too. The URL that n8n shows for this node is not used then, and <b>Execute step</b> waits for no call: publish the workflow to try it.',
    name: 'sourceNotice',
    type: 'notice',
    default: '',
    displayOptions: { show: { notificationsFrom: ['webhookTrigger'] } },
  },
  {
    displayName: 'Path of the Webhook Trigger',
    name: 'webhookTriggerPath',
    type: 'string',
    noDataExpression: true,
    required: true,
    default: '',
    placeholder: 'e.g. accolades',
    description: 'The parameter Path of that node',
    displayOptions: { show: { notificationsFrom: ['webhookTrigger'] } },
  },
];

const CALLS: INodeProperties[] = [
  {
    displayName: 'Events',
    name: 'events',
    type: 'multiOptions',
    noDataExpression: true,
    required: true,
    default: ['callEnded'],
    description: 'What starts the workflow, once for each',
    options: [
      {
        name: 'Call Ended',
        value: 'callEnded',
        description:
          'A call is over: answered, missed, unanswered or unknown, with its times and who answered',
      },
      {
        name: 'Missed Call',
        value: 'missedCall',
        description:
          'A call from outside that nobody answered. With Call Ended chosen as well, a missed call starts the workflow twice.',
      },
    ],
  },
  {
    displayName: 'Wait After an Answered Call (Seconds)',
    name: 'waitAnswered',
    type: 'number',
    noDataExpression: true,
    typeOptions: { minValue: 0, maxValue: 3600, numberPrecision: 0 },
    default: 30,
    description:
      'Quiet time before the call counts as over. A transferred call rings before the next answer.',
  },
  {
    displayName: 'Wait After an Unanswered Call (Seconds)',
    name: 'waitUnanswered',
    type: 'number',
    noDataExpression: true,
    typeOptions: { minValue: 0, maxValue: 3600, numberPrecision: 0 },
    default: 60,
    description: 'Quiet time before the call counts as over. A queue may go on to the next phone.',
  },
  {
    displayName: 'Which Phones Report a Hang-Up',
    name: 'hangups',
    type: 'options',
    noDataExpression: true,
    default: 'unknown',
    description:
      'Accolades does not publish it. The log of n8n says which setting fits, once several calls can only be explained by one.',
    options: [
      { name: 'Every Phone That Rang', value: 'every' },
      {
        name: 'Not Known',
        value: 'unknown',
        description: 'Nothing is concluded from a hang-up that is missing',
      },
      { name: 'Only Phones That Answered', value: 'answered' },
      { name: 'Only the Last Phone of a Call', value: 'last' },
    ],
  },
];

const OPTIONS: INodeProperties = {
  displayName: 'Options',
  name: 'options',
  type: 'collection',
  placeholder: 'Add option',
  default: {},
  options: [
    {
      displayName: 'All Notifications Reach This Process',
      name: 'allNotifications',
      type: 'boolean',
      noDataExpression: true,
      default: false,
      description:
        'Whether every notification of the account reaches the main process of n8n. Only needed in queue mode, where each process knows only the requests that it got: another may have got the answer, so without this no call is reported as missed, but as unknown. Turn it on when your reverse proxy sends the path of this node to the main process.',
    },
    COMMON_OPTIONS.allowedAddresses,
    COMMON_OPTIONS.country,
    notifications.durationField,
    notifications.hangupFallback,
    notifications.hangupFallbackSeconds,
    notifications.hangupFormat,
    COMMON_OPTIONS.maxBodyKb,
    notifications.phoneField,
    COMMON_OPTIONS.trustedProxies,
  ],
};

/** The parameters of the trigger, as the editor shows them. */
export const CALL_ENDED_PROPERTIES: INodeProperties[] = [
  ...SOURCE,
  ...urlProperties(OWN_URL),
  ...CALLS,
  OPTIONS,
];
