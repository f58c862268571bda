import { readHangupFormat as readFormat, type HangupReplyFormat } from '@accolades-flow/core';
import type { INodeProperties } from 'n8n-workflow';
import { asRecord } from './parameters.ts';

const FORMAT_VALUES: INodeProperties[] = [
  {
    displayName: 'Content Type',
    name: 'contentType',
    type: 'string',
    default: 'text/plain; charset=utf-8',
    noDataExpression: true,
    displayOptions: { show: { format: ['template'] } },
  },
  {
    displayName: 'Decision Field',
    name: 'decisionField',
    type: 'string',
    default: 'action',
    noDataExpression: true,
    description: 'The name of the field that says what happens to the call',
    displayOptions: { hide: { format: ['template'] } },
  },
  {
    displayName: 'Drop Value',
    name: 'dropValue',
    type: 'string',
    default: 'drop',
    noDataExpression: true,
    description: 'What is written when the call is dropped',
  },
  {
    displayName: 'Extend Value',
    name: 'extendValue',
    type: 'string',
    default: 'extend',
    noDataExpression: true,
    description: 'What is written when the call goes on',
  },
  {
    displayName: 'Format',
    name: 'format',
    type: 'options',
    noDataExpression: true,
    default: 'json',
    options: [
      { name: 'Form-Encoded', value: 'form', description: 'action=extend&duration=300' },
      { name: 'JSON', value: 'json', description: '{"action":"extend","duration":300}' },
      { name: 'Template', value: 'template', description: 'A text of your own' },
    ],
  },
  {
    displayName: 'Seconds Field',
    name: 'secondsField',
    type: 'string',
    default: 'duration',
    noDataExpression: true,
    description: 'The name of the field with the new duration limit, in seconds',
    displayOptions: { hide: { format: ['template'] } },
  },
  {
    displayName: 'Template',
    name: 'template',
    type: 'string',
    typeOptions: { rows: 3 },
    default: '{decision}',
    noDataExpression: true,
    description:
      'The whole answer. {decision} becomes the drop or extend value, {seconds} the new duration limit (0 when the call is dropped).',
    displayOptions: { show: { format: ['template'] } },
  },
];

/**
 * How the answer to `confirmHangup` is written: a collection shared by the trigger and the reply.
 */
export function hangupFormatProperty(description: string): INodeProperties {
  return {
    displayName: 'Hang-Up Answer Format',
    name: 'hangupFormat',
    type: 'fixedCollection',
    default: {},
    placeholder: 'Set format',
    description,
    options: [
      {
        displayName: 'Format',
        name: 'values',
        values: FORMAT_VALUES,
      },
    ],
  };
}

/** Reads the collection; null when it is not set. @throws AccoladesError `INVALID_PARAMETER` */
export function readHangupFormat(collection: unknown): HangupReplyFormat | null {
  const { values } = asRecord(collection);
  return values === undefined || values === null ? null : readFormat(asRecord(values));
}
