import {
  type IDataObject,
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
} from 'n8n-workflow';
import { AccoladesError } from '@accolades-flow/core';
import { testAccountCredential } from '../shared/account-credential-test.ts';
import { testAgentCredential } from '../shared/agent-credential-test.ts';
import { accountProperties, ping } from './account.ts';
import { agentProperties, getConfiguration, getStatus, getVersion } from './agent.ts';
import { callProperties, dial, forgetDials } from './call.ts';
import { configuredInputs, configuredOutputs } from './connections.ts';
import { failedItem } from './failed-item.ts';
import { nodeError } from './node-error.ts';
import { NodeRun } from './node-run.ts';
import type { Operation } from './operation.ts';
import { findContact, parse } from './phone-number.ts';
import { phoneNumberProperties } from './phone-number-properties.ts';
import { isTool } from './tool-error.ts';
import { replyConfirmHangup, replyIvr, replyProperties, replyScreenPop } from './reply.ts';

const OPERATIONS: Readonly<Record<string, Operation>> = {
  'agent getConfiguration': getConfiguration,
  'agent getStatus': getStatus,
  'agent getVersion': getVersion,
  'call dial': dial,
  'account ping': ping,
  'phoneNumber findContact': findContact,
  'phoneNumber parse': parse,
  'reply ivr': replyIvr,
  'reply confirmHangup': replyConfirmHangup,
  'reply screenPop': replyScreenPop,
};

/** Sends commands and questions to Accolades, and answers its requests. */
export class Accolades implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Accolades',
    name: 'accolades',
    icon: { light: 'file:../shared/accolades.svg', dark: 'file:../shared/accolades.dark.svg' },
    group: ['output'],
    version: 1,
    subtitle:
      '={{ ({ getConfiguration: "get configuration", getStatus: "get status", getVersion: "get version", dial: "dial", ping: "ping", findContact: "find contact", parse: "parse", ivr: "answer IVR", ' +
      'confirmHangup: "answer hang-up", screenPop: "open a page" })[$parameter["operation"]] + ": " + $parameter["resource"] }}',
    description:
      'Makes phone calls with the Accolades cloud PBX (click-to-call), asks for the configuration of an agent, finds the contact of a caller, and answers IVR requests',
    defaults: { name: 'Accolades' },
    usableAsTool: true,
    inputs: `={{(${configuredInputs.toString()})($parameter)}}`,
    outputs: `={{(${configuredOutputs.toString()})($parameter)}}`,
    credentials: [
      {
        name: 'accoladesAgentApi',
        required: true,
        testedBy: 'testAgentCredential',
        displayOptions: { show: { resource: ['agent'] } },
      },
      {
        name: 'accoladesAccountApi',
        required: true,
        testedBy: 'testAccountCredential',
        displayOptions: { show: { resource: ['call', 'account'] } },
      },
    ],
    properties: [
      {
        displayName: 'Resource',
        name: 'resource',
        type: 'options',
        noDataExpression: true,
        default: 'call',
        options: [
          { name: 'Account', value: 'account', description: 'The Accolades account' },
          { name: 'Agent', value: 'agent', description: 'An agent who is logged in to Accolades' },
          { name: 'Call', value: 'call', description: 'A phone call' },
          {
            name: 'Phone Number',
            value: 'phoneNumber',
            description: 'Who has a number, and the ways to write it',
          },
          {
            name: 'Reply',
            value: 'reply',
            description: 'The answer to what the Accolades Webhook Trigger received',
          },
        ],
      },
      ...callProperties,
      ...agentProperties,
      ...accountProperties,
      ...phoneNumberProperties,
      ...replyProperties,
    ],
  };

  methods = { credentialTest: { testAccountCredential, testAgentCredential } };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const run = new NodeRun(this);
    try {
      return await runItems(this, run);
    } finally {
      run.close();
    }
  }
}

async function runItems(context: IExecuteFunctions, run: NodeRun): Promise<INodeExecutionData[][]> {
  const outputs = outputsOf(context);
  let hasFailed = false;
  for (const itemIndex of context.getInputData().keys()) {
    const resource = context.getNodeParameter('resource', itemIndex);
    const operation = context.getNodeParameter('operation', itemIndex);
    let results: IDataObject[] = [];
    let output = 0;
    try {
      const perform = OPERATIONS[`${resource} ${operation}`];
      if (perform === undefined) {
        throw new AccoladesError('INVALID_PARAMETER', {
          what: `There is no operation “${operation}” of the resource “${resource}”.`,
        });
      }
      const result = await perform(context, itemIndex, run);
      if (Array.isArray(result)) results = result;
      else [results, output] = [[result.json], result.output];
    } catch (error) {
      const shown = nodeError(context.getNode(), error, itemIndex, resource);
      if (!context.continueOnFail()) throw shown;
      hasFailed = true;
      results = [failedItem(context.getNode(), error, shown)];
      // Not the output of a success, where there are several.
      output = outputs.length - 1;
    }
    outputs[output]?.push(...results.map((json) => ({ json, pairedItem: { item: itemIndex } })));
  }
  // After a failure n8n may retry the node, so its dials stay remembered.
  if (!hasFailed) forgetDials(context);
  return outputs;
}

/** An empty list for each output. A tool of an AI agent has one. */
function outputsOf(context: IExecuteFunctions): INodeExecutionData[][] {
  const { parameters } = context.getNode();
  return isTool(context.getNode()) ? [[]] : configuredOutputs(parameters).map(() => []);
}
