import {
  AccoladesError,
  answerPending,
  confirmHangupReply,
  ivrReply,
  readHangupDecision,
  readScreenPop,
  screenPopReply,
  type HangupReplyFormat,
  type HttpAnswer,
  type ReplyKind,
} from '@accolades-flow/core';
import { processPendingReplies } from '@accolades-flow/core/node';
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { hangupFormatProperty, readHangupFormat } from '../shared/hangup-format.ts';
import { relayedReply } from '../shared/relayed-reply.ts';
import type { Operation } from './operation.ts';
import { asRecord } from '../shared/parameters.ts';

const show = { resource: ['reply'] };
const showIvr = { ...show, operation: ['ivr'] };
const showHangup = { ...show, operation: ['confirmHangup'] };
const showScreenPop = { ...show, operation: ['screenPop'] };

export const replyProperties: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show },
    default: 'ivr',
    options: [
      {
        name: 'Answer Hang-Up Confirmation',
        value: 'confirmHangup',
        action: 'Answer a hang up confirmation',
        description:
          'Decide what happens to a call that has reached its maximum duration: drop it or extend it',
      },
      {
        name: 'Answer IVR Request',
        value: 'ivr',
        action: 'Answer an IVR request',
        description: 'Give variables to the voice menu (IVR) that a caller is in',
      },
      {
        name: 'Open a Page (Screen Pop)',
        value: 'screenPop',
        action: 'Open a page in front of the agent',
        description:
          'Have the browser connector open a page, such as the contact, in the browser of the agent who gets the call',
      },
    ],
  },
  {
    displayName:
      'The caller waits for this answer. In the Accolades Webhook Trigger, set Respond to “Using an Accolades Node”. When the answer comes after its time ' +
      'limit, the fallback has been sent already and this node fails.',
    name: 'replyNotice',
    type: 'notice',
    default: '',
    displayOptions: { show: { ...show, operation: ['ivr', 'confirmHangup'] } },
  },
  {
    displayName:
      'In the Accolades Webhook Trigger, turn on “Answer with an Address (Screen Pop)” and set Respond to “Using an Accolades Node”. The browser connector opens ' +
      '<code>https:</code> addresses only, and only of the origins that are listed in the configuration text of the Accolades account.',
    name: 'screenPopNotice',
    type: 'notice',
    default: '',
    displayOptions: { show: showScreenPop },
  },
  {
    displayName: 'Reply Token',
    name: 'replyToken',
    type: 'string',
    required: true,
    default: '={{ $json.replyToken }}',
    displayOptions: { show },
    description:
      'Which request is answered: the replyToken that the Accolades Webhook Trigger gave. After nodes that change the item, take it from the trigger: ' +
      '<code>{{ $("Accolades Webhook Trigger").item.json.replyToken }}</code>.',
  },
  {
    displayName: 'Specify Variables',
    name: 'specifyVariables',
    type: 'options',
    noDataExpression: true,
    default: 'fields',
    displayOptions: { show: showIvr },
    options: [
      { name: 'Using Fields', value: 'fields' },
      { name: 'Using JSON', value: 'json' },
    ],
  },
  {
    displayName: 'Variables',
    name: 'variables',
    type: 'fixedCollection',
    typeOptions: { multipleValues: true, sortable: true },
    placeholder: 'Add variable',
    default: {},
    displayOptions: { show: { ...showIvr, specifyVariables: ['fields'] } },
    description:
      'What the IVR takes over as variables of the same name, when “JSON response processing” is on in its step. Up to 10.',
    options: [
      {
        displayName: 'Variable',
        name: 'values',
        values: [
          {
            displayName: 'Name',
            name: 'name',
            type: 'string',
            default: '',
            placeholder: 'e.g. orderStatus',
            description: 'Letters and digits only; capitals matter',
          },
          {
            displayName: 'Value',
            name: 'value',
            type: 'string',
            default: '',
            placeholder: 'e.g. shipped',
          },
        ],
      },
    ],
  },
  {
    displayName: 'Variables (JSON)',
    name: 'variablesJson',
    type: 'json',
    default: '{\n  "orderStatus": "shipped"\n}',
    displayOptions: { show: { ...showIvr, specifyVariables: ['json'] } },
    description:
      'An object whose properties the IVR takes over as variables, when “JSON response processing” is on in its step. Up to 10; names are letters and digits, values are texts, numbers or true/false.',
  },
  {
    displayName: 'Decision',
    name: 'decision',
    type: 'options',
    default: 'extend',
    displayOptions: { show: showHangup },
    description: 'What happens to the call',
    options: [
      { name: 'Drop', value: 'drop', description: 'Accolades ends the call' },
      { name: 'Extend', value: 'extend', description: 'The call goes on, with a new duration limit' },
    ],
  },
  {
    displayName: 'Seconds',
    name: 'seconds',
    type: 'number',
    typeOptions: { minValue: 1, maxValue: 86400, numberPrecision: 0 },
    default: 300,
    displayOptions: { show: { ...showHangup, decision: ['extend'] } },
    description:
      'The new duration limit. Whether Accolades counts it from now or from the start of the call is not published: try it.',
  },
  {
    displayName: 'URL',
    name: 'popUrl',
    type: 'string',
    default: '',
    placeholder: 'e.g. https://crm.example.com/contacts/42',
    displayOptions: { show: showScreenPop },
    description:
      'The address of the page, which must start with https://. Empty: no page is opened, for callers that were not found.',
  },
  {
    displayName: 'Title',
    name: 'popTitle',
    type: 'string',
    default: '',
    placeholder: 'e.g. Ana Pop, Popescu Ltd',
    displayOptions: { show: showScreenPop },
    description:
      'What the link says that the agent gets where the browser does not let the page open by itself. Empty: the address.',
  },
  {
    displayName: 'Options',
    name: 'hangupOptions',
    type: 'collection',
    placeholder: 'Add option',
    default: {},
    displayOptions: { show: showHangup },
    options: [
      hangupFormatProperty(
        'How the answer is written. Only needed in a sub-workflow: otherwise the format that is set in the Accolades Webhook Trigger before this node is used.',
      ),
    ],
  },
];

export const replyIvr: Operation = async (context, itemIndex) => {
  const answer = ivrReply(readVariables(context, itemIndex));
  const relayed = await send(context, itemIndex, 'ivr', answer);
  const variables: unknown = JSON.parse(answer.body);
  return [{ reply: 'ivr', variables: asRecord(variables), relayed }];
};

export const replyConfirmHangup: Operation = async (context, itemIndex) => {
  const decision = readHangupDecision(
    context.getNodeParameter('decision', itemIndex),
    context.getNodeParameter('seconds', itemIndex, null),
  );
  const answer = confirmHangupReply(decision, formatOf(context, itemIndex));
  const relayed = await send(context, itemIndex, 'confirmHangup', answer);
  return [{ reply: 'confirmHangup', ...decision, relayed }];
};

export const replyScreenPop: Operation = async (context, itemIndex) => {
  const url: unknown = context.getNodeParameter('popUrl', itemIndex, '');
  const title: unknown = context.getNodeParameter('popTitle', itemIndex, '');
  const relayed = await send(context, itemIndex, 'screenPop', screenPopReply(url, title));
  const pop = readScreenPop(url, title);
  return [{ reply: 'screenPop', url: pop?.url ?? null, title: pop?.title ?? null, relayed }];
};

function readVariables(context: IExecuteFunctions, itemIndex: number): unknown {
  if (context.getNodeParameter('specifyVariables', itemIndex, 'fields') === 'json') {
    return context.getNodeParameter('variablesJson', itemIndex, '');
  }
  const { values } = asRecord(context.getNodeParameter('variables', itemIndex, {}));
  return values ?? [];
}

/**
 * Answers a request that waits in this process. In a worker, n8n forwards the answer to the process
 * that holds the request, which checks it again.
 *
 * @returns true when the answer was forwarded, so that its delivery is unknown
 * @throws AccoladesError when the request can no longer be answered
 */
async function send(
  context: IExecuteFunctions,
  itemIndex: number,
  kind: ReplyKind,
  answer: HttpAnswer,
): Promise<boolean> {
  const token: unknown = context.getNodeParameter('replyToken', itemIndex, '');
  const replies = processPendingReplies();
  if (typeof token !== 'string' || token === '' || replies.isOwn(token)) {
    answerPending(token, kind, answer, replies);
    return false;
  }
  if (triggerOf(context) === undefined) {
    throw new AccoladesError('REPLY_UNKNOWN', {
      what: 'Another process of n8n received the request, and this workflow does not begin with its trigger.',
    });
  }
  await context.sendResponse({ statusCode: 200, headers: {}, body: relayedReply(token, kind, answer) });
  return true;
}

/** The trigger node's settings say how this account's answers are written. */
function formatOf(context: IExecuteFunctions, itemIndex: number): HangupReplyFormat {
  const { hangupFormat } = asRecord(context.getNodeParameter('hangupOptions', itemIndex, {}));
  const { options } = asRecord(triggerOf(context)?.parameters);
  return readHangupFormat(hangupFormat) ?? readHangupFormat(asRecord(options)['hangupFormat']) ?? {};
}

function triggerOf(context: IExecuteFunctions) {
  return context
    .getParentNodes(context.getNode().name, { includeNodeParameters: true })
    .find(({ type, disabled }) => type.endsWith('.accoladesWebhookTrigger') && !disabled);
}
