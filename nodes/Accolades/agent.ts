import {
  AccoladesError,
  chooseAgent,
  isKnownVersion,
  KNOWN_MAJOR_VERSION,
  parseConfiguration,
  TEXT_FORMATS,
  type AgentCredential,
  type Subscription,
} from '@accolades-flow/core';
import { processHub } from '@accolades-flow/core/node';
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { agentCredentialName, readAgentCredential } from '../shared/agent-credential.ts';
import { named } from '../shared/names.ts';
import type { NodeRun } from './node-run.ts';
import type { Operation } from './operation.ts';

const show = { resource: ['agent'] };

export const agentProperties: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show },
    default: 'getConfiguration',
    options: [
      {
        name: 'Get Configuration',
        value: 'getConfiguration',
        action: 'Get the configuration of an agent',
        description:
          'Get the texts that Accolades stores for the account, the phone and the agent, with their IDs',
      },
      {
        name: 'Get Status',
        value: 'getStatus',
        action: 'Get the status of agents: who is connected or offline',
        description:
          'Get an item for each agent of the credential: connected or not, since when, and why not. It connects nobody.',
      },
      {
        name: 'Get Version',
        value: 'getVersion',
        action: 'Get the API version of the server',
        description: 'Get the version of the API that the Accolades server runs',
      },
    ],
  },
  {
    displayName:
      "Asks over the agent's live connection, which all workflows of this n8n process share. Accolades allows one per agent: where workflows run " +
      'in worker processes, use “Include Configuration” of the Accolades Trigger instead.',
    name: 'agentNotice',
    type: 'notice',
    default: '',
    displayOptions: { show: { ...show, operation: ['getConfiguration', 'getVersion'] } },
  },
  {
    displayName:
      'Shows the agents as the Accolades Triggers of this n8n process see them: an agent that no published trigger has is “notHere”. ' +
      'In queue mode workflows run in worker processes, which have no triggers.',
    name: 'statusNotice',
    type: 'notice',
    default: '',
    displayOptions: { show: { ...show, operation: ['getStatus'] } },
  },
  {
    displayName: 'Agent Name',
    name: 'agentName',
    type: 'string',
    default: '',
    placeholder: 'e.g. Front desk',
    displayOptions: { show },
    description:
      'Which agent of the credential to ask, by the name that the credential gives it (name=idCrm). Only needed when the credential holds several; Get Status gives all without it.',
  },
  {
    displayName: 'Parse Texts',
    name: 'parse',
    type: 'options',
    noDataExpression: true,
    default: 'none',
    displayOptions: { show: { ...show, operation: ['getConfiguration'] } },
    description:
      'Whether to also read the stored texts as data. The original text is kept as <code>data</code>; what was read is added as <code>parsed</code>.',
    options: [
      { name: 'As CSV', value: 'csv', description: 'Rows by the names in the first row' },
      { name: 'As JSON', value: 'json' },
      { name: 'As XML', value: 'xml' },
      {
        name: 'By Their Look',
        value: 'auto',
        description: 'JSON, XML or CSV, whichever the text looks like',
      },
      { name: 'No', value: 'none', description: 'Give the texts only' },
    ],
  },
];

export const getConfiguration: Operation = async (context, itemIndex, run) => {
  const parse: unknown = context.getNodeParameter('parse', itemIndex, 'none');
  const format = TEXT_FORMATS.find((known) => known === parse);
  const configuration = await ask(context, itemIndex, run, (session) => session.requestConfiguration());
  return [{ ...(format === undefined ? configuration : parseConfiguration(configuration, format)) }];
};

export const getVersion: Operation = async (context, itemIndex, run) => {
  const version = await ask(context, itemIndex, run, (session) => session.requestVersion());
  const known = isKnownVersion(version);
  if (!known) {
    const warning =
      `The server runs version ${version.slice(0, 50)} of the API; this node was made for version ${KNOWN_MAJOR_VERSION}. ` +
      'Fields may be missing or mean something else: look for a newer version of this node.';
    run.warn(warning);
    run.hint(warning);
  }
  return [{ version, known }];
};

/** An item for each agent of the credential, or for the named one. Never opens a session. */
export const getStatus: Operation = async (context, itemIndex, run) => {
  const { agents, server, warnings } = readAgentCredential(
    await context.getCredentials('accoladesAgentApi', itemIndex),
    agentCredentialName(context.getNode()),
  );
  for (const warning of warnings) run.warn(warning);
  const name: unknown = context.getNodeParameter('agentName', itemIndex, '');
  const isAll = typeof name === 'string' && name.trim() === '';
  const asked = isAll ? agents : [choose(agents, name)];
  return processHub()
    .agentStates(server, asked)
    .map((state) => ({ ...state, agent: { ...state.agent } }));
};

/** Sends a request to the chosen agent. A connection that it opens ends with the run. */
async function ask<T>(
  context: IExecuteFunctions,
  itemIndex: number,
  run: NodeRun,
  question: (subscription: Subscription) => Promise<T>,
): Promise<T> {
  const { agents, server, warnings } = readAgentCredential(
    await context.getCredentials('accoladesAgentApi', itemIndex),
    agentCredentialName(context.getNode()),
  );
  for (const warning of warnings) run.warn(warning);
  const agent = choose(agents, context.getNodeParameter('agentName', itemIndex, ''));
  return run.requests.send(agent, { server }, question);
}

function choose(agents: readonly AgentCredential[], name: unknown): AgentCredential {
  const { agent, wanted } = chooseAgent(agents, name);
  if (agent !== null) return agent;
  const known = named(agents.map(({ label }) => label));
  throw new AccoladesError('INVALID_PARAMETER', {
    what:
      wanted === null
        ? `The credential holds several agents. Give the name of the one to ask: ${known}.`
        : `The credential has no agent “${wanted}”. It has ${known}.`,
  });
}
