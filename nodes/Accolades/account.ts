import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { AccountClient } from '@accolades-flow/core';
import { readAccountCredential } from '../shared/account-credential.ts';
import type { NodeRun } from './node-run.ts';
import type { Operation } from './operation.ts';

export const accountProperties: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: ['account'] } },
    default: 'ping',
    options: [
      {
        name: 'Ping',
        value: 'ping',
        action: 'Ping the account',
        description:
          'Check that Accolades accepts the account and its API password. Accolades notes it in the log of the account.',
      },
    ],
  },
];

export const ping: Operation = async (context, itemIndex, run) => {
  const client = await clientOf(context, itemIndex, run);
  return [{ ...(await client.ping()) }];
};

/** @throws AccoladesError when the credential is invalid */
export async function clientOf(
  context: IExecuteFunctions,
  itemIndex: number,
  run: NodeRun,
): Promise<AccountClient> {
  const { client, warnings } = readAccountCredential(
    await context.getCredentials('accoladesAccountApi', itemIndex),
  );
  for (const warning of warnings) run.warn(warning);
  return client;
}
