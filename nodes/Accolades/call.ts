import { parseDialRequest, type DialRequest } from '@accolades-flow/core';
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { clientOf } from './account.ts';
import { DialMemory } from './dial-memory.ts';
import type { Operation } from './operation.ts';
import { asRecord } from '../shared/parameters.ts';
import { isTool } from './tool-error.ts';

const show = { resource: ['call'], operation: ['dial'] };

export const callProperties: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['call'] } },
    default: 'dial',
    options: [
      {
        name: 'Dial',
        value: 'dial',
        action: 'Dial a number',
        description:
          'Start a real phone call: the device rings first, and when somebody answers it, Accolades dials the phone number. ' +
          'Succeeds when Accolades has taken the order, not when somebody answers.',
      },
    ],
  },
  {
    displayName:
      'Each item starts a real phone call, also when you test this step: the device rings, and when it is answered, Accolades dials the number.',
    name: 'dialNotice',
    type: 'notice',
    default: '',
    displayOptions: { show },
  },
  {
    displayName: 'Device ID',
    name: 'deviceId',
    type: 'string',
    required: true,
    default: '',
    placeholder: 'e.g. 27',
    displayOptions: { show },
    description:
      'The ID of the Accolades phone that rings first, that of the person who wants to make the call. In Accolades: user info page, tab API. Letters, digits, dot, dash and underscore.',
  },
  {
    displayName: 'Phone Number',
    name: 'phoneNumber',
    type: 'string',
    required: true,
    default: '',
    placeholder: 'e.g. 021 123 4567',
    displayOptions: { show },
    description:
      'The number to call once the device is answered, in any form: 021 123 4567, +40 21 123 4567, tel:+40211234567, an extension such as 101, ' +
      'or a star code such as *97. One number only.',
  },
  {
    displayName: 'Options',
    name: 'dialOptions',
    type: 'collection',
    placeholder: 'Add option',
    default: {},
    displayOptions: { show },
    options: [
      {
        displayName: 'Country',
        name: 'country',
        type: 'string',
        default: 'RO',
        placeholder: 'RO',
        description:
          'Where phone numbers without a country code are at home, as a code of two letters (ISO 3166), such as RO or DE',
      },
      {
        displayName: 'Number Format',
        name: 'numberFormat',
        type: 'options',
        default: 'national',
        description:
          'How the number is written in the command. Which forms Accolades takes is not published: change it when calls do not go through.',
        options: [
          { name: 'As Typed', value: 'asTyped', description: 'Without spaces and punctuation' },
          { name: 'E.164', value: 'e164', description: '+40211234567' },
          { name: 'International with 00', value: 'international00', description: '0040211234567' },
          {
            name: 'National',
            value: 'national',
            description: '0211234567, and numbers of other countries with 00',
          },
        ],
      },
    ],
  },
];

const memory = new DialMemory();

export const dial: Operation = async (context, itemIndex, run) => {
  const client = await clientOf(context, itemIndex, run);
  const { country, numberFormat } = asRecord(context.getNodeParameter('dialOptions', itemIndex, {}));
  const deviceId: unknown = context.getNodeParameter('deviceId', itemIndex);
  const phoneNumber: unknown = context.getNodeParameter('phoneNumber', itemIndex);
  const settings = { deviceId, phoneNumber, numberFormat, country };
  const order = () => client.dial(settings);
  const result = isTool(context.getNode())
    ? await memory.once(toolRunOf(context, parseDialRequest(settings)), 0, order, { keepSuccess: false })
    : await memory.once(runOf(context), itemIndex, order);
  return [{ ...result }];
};

/**
 * Identifies a call that a model orders. n8n counts each try of a tool as a new run, and a model
 * may retry on its own, with the number in another form. A number whose outcome is unknown must not
 * be dialled again in the same execution.
 */
function toolRunOf(context: IExecuteFunctions, { deviceId, phoneNumber, phone }: DialRequest): string {
  const number = phone?.e164 ?? phoneNumber;
  return JSON.stringify([context.getExecutionId(), context.getNode().id, deviceId, number]);
}

/** Call when all items of this run succeeded, because n8n does not retry it then. */
export function forgetDials(context: IExecuteFunctions): void {
  memory.forget(runOf(context));
}

/**
 * Identifies a run of the node, with the same text for each retry; null when n8n does not retry.
 */
function runOf(context: IExecuteFunctions): string | null {
  const { id, retryOnFail } = context.getNode();
  if (retryOnFail !== true) return null;
  const { $runIndex } = context.getWorkflowDataProxy(0);
  return `${context.getExecutionId()} ${id} ${String($runIndex)}`;
}
