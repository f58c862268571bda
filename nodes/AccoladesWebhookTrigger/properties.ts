import type { INodeProperties } from 'n8n-workflow';
import { urlProperties, type Shown } from '../shared/webhook/url-properties.ts';
import { OPTIONS } from './options.ts';

const RECEIVES: INodeProperties = {
  displayName: 'Receives',
  name: 'receives',
  type: 'options',
  noDataExpression: true,
  default: 'notifications',
  description:
    'What Accolades sends to the URL of this node. Use a node for each: every one has a URL of its own.',
  options: [
    {
      name: 'Call Notifications',
      value: 'notifications',
      description: 'Somebody answers or hangs up, or a call reaches its time limit',
    },
    {
      name: 'Events of the Browser Connector',
      value: 'connector',
      description: 'Calls and agents, as the connector in the agents’ browsers sees them',
    },
    {
      name: 'IVR Requests',
      value: 'ivr',
      description: 'A voice menu asks, and the workflow answers with variables',
    },
  ],
};

const NOTICES: INodeProperties[] = [
  {
    displayName:
      'Set this URL in Accolades at each user (phone). Replace <code>:secret</code> in it by the secret of the credential. ' +
      'Accolades <b>hangs up the call</b> when the URL does not answer, so publish the workflow first. ' +
      'To learn how a call ended (answered or missed), use the node “Accolades Call Ended Trigger” instead.',
    name: 'notificationsNotice',
    type: 'notice',
    default: '',
    displayOptions: { show: { receives: ['notifications'] } },
  },
  {
    displayName:
      'Set this URL in Accolades in the IVR’s step “HTTP request”. Replace <code>:secret</code> in it by the secret of the credential. Publish the workflow first: the caller waits for the answer.',
    name: 'ivrNotice',
    type: 'notice',
    default: '',
    displayOptions: { show: { receives: ['ivr'] } },
  },
  {
    displayName:
      'Set this URL in the configuration of the browser connector. Replace <code>:secret</code> in it by the secret of the credential.',
    name: 'connectorNotice',
    type: 'notice',
    default: '',
    displayOptions: { show: { receives: ['connector'] } },
  },
];

const EVENTS: INodeProperties[] = [
  {
    displayName: 'Events',
    name: 'events',
    type: 'multiOptions',
    noDataExpression: true,
    required: true,
    default: ['answer', 'hangup'],
    description:
      'What starts the workflow. Everything else is answered all the same, so that no call is lost.',
    displayOptions: { show: { receives: ['notifications'] } },
    options: [
      { name: 'Answer', value: 'answer', description: 'A phone has answered' },
      {
        name: 'Confirm Hang-Up',
        value: 'confirmHangup',
        description: 'A call has reached its maximum duration: the workflow decides whether it goes on',
      },
      {
        name: 'Hang-Up',
        value: 'hangup',
        description: 'A phone has hung up. One call may have several, also after an answer elsewhere.',
      },
      {
        name: 'Other Notification',
        value: 'otherNotification',
        description: 'A call notification that is not documented',
      },
    ],
  },
  {
    displayName: 'Events',
    name: 'events',
    type: 'multiOptions',
    noDataExpression: true,
    required: true,
    default: ['incomingCall', 'outgoingCall'],
    description: 'What starts the workflow',
    displayOptions: { show: { receives: ['connector'] } },
    options: [
      {
        name: 'Agent Connected',
        value: 'agentConnected',
        description: 'The connection that reports the calls of the agent came up',
      },
      {
        name: 'Agent Disconnected',
        value: 'agentDisconnected',
        description: 'That connection was lost, for example because the agent closed the page',
      },
      { name: 'Incoming Call', value: 'incomingCall', description: 'A call is about to reach the agent' },
      { name: 'Outgoing Call', value: 'outgoingCall', description: "The agent's phone starts a call" },
    ],
  },
];

const CALL_SOURCE: INodeProperties = {
  displayName: 'Call Source',
  name: 'callSource',
  type: 'options',
  noDataExpression: true,
  default: 'all',
  description: 'Which calls start the workflow',
  displayOptions: { show: { receives: ['connector'], events: ['incomingCall', 'outgoingCall'] } },
  options: [
    { name: 'All Calls', value: 'all' },
    {
      name: 'Call Center',
      value: 'callCenter',
      description: 'Only calls from a waiting queue or an outgoing campaign',
    },
    {
      name: 'Direct',
      value: 'direct',
      description: 'Only calls that reach the agent directly or that somebody dials on the phone',
    },
  ],
};

const SCREEN_POP: INodeProperties = {
  displayName: 'Answer with an Address (Screen Pop)',
  name: 'screenPop',
  type: 'boolean',
  noDataExpression: true,
  default: false,
  description:
    'Whether the workflow answers a call with the address of a page, which the browser connector then opens in front of the agent. Off: calls are acknowledged at once, before the workflow starts.',
  displayOptions: { show: { receives: ['connector'], events: ['incomingCall', 'outgoingCall'] } },
};

const POP_WHEN_ANSWERED: INodeProperties = {
  displayName: 'Open Only for the Agent Who Answers',
  name: 'popWhenAnswered',
  type: 'boolean',
  noDataExpression: true,
  default: false,
  description:
    'Whether the page waits until a call notification says which phone has answered. An Accolades Webhook or Call Ended Trigger of this n8n must receive the notifications, in the same process. Set the time limit of the answer to 18 seconds at most.',
  displayOptions: { show: { receives: ['connector'], screenPop: [true] } },
};

const RESPONDERS = {
  fallback: {
    name: 'At Once, with the Fallback',
    value: 'fallback',
    description: 'The answer that is set in the options, before the workflow starts',
  },
  replyNode: {
    name: 'Using an Accolades Node',
    value: 'replyNode',
    description: 'A node “Accolades” with the resource Reply answers, at any place of the workflow',
  },
};

function respond(show: Shown, description: string, lastNode: string, hasFallback = true): INodeProperties {
  return {
    displayName: 'Respond',
    name: 'respond',
    type: 'options',
    noDataExpression: true,
    default: 'replyNode',
    description,
    displayOptions: { show },
    options: [
      ...(hasFallback ? [RESPONDERS.fallback] : []),
      RESPONDERS.replyNode,
      {
        name: 'When Last Node Finishes',
        value: 'lastNode',
        description: `The first item of the last node is the answer: ${lastNode}. Without an item, or with an empty one, the fallback is sent.`,
      },
    ],
  };
}

/** Who answers, where something waits for an answer. */
const RESPOND: INodeProperties[] = [
  respond(
    { receives: ['notifications'], events: ['confirmHangup'] },
    'Who answers hang-up confirmations. The other notifications are always answered at once, before the workflow starts.',
    'its fields decision (drop or extend) and seconds',
  ),
  respond({ receives: ['ivr'] }, 'Who answers the voice menu', 'its fields are the variables'),
  respond(
    { receives: ['connector'], screenPop: [true] },
    'Who gives the address of the page',
    'its fields url and title',
    false,
  ),
];

/** The parameters of the trigger, as the editor shows them: only those of the chosen purpose. */
export const WEBHOOK_PROPERTIES: INodeProperties[] = [
  RECEIVES,
  ...NOTICES,
  ...urlProperties(),
  ...EVENTS,
  CALL_SOURCE,
  SCREEN_POP,
  POP_WHEN_ANSWERED,
  ...RESPOND,
  OPTIONS,
  {
    displayName:
      'First Ring Only compares the uniqueId of calls: whether Accolades sends the same one to all agents of a queue is not documented.',
    name: 'firstRingNotice',
    type: 'notice',
    default: '',
    displayOptions: { show: { receives: ['connector'], '/options.firstRingOnly': [true] } },
  },
];
