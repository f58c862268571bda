import {
  type INodeType,
  type INodeTypeDescription,
  type ITriggerFunctions,
  type ITriggerResponse,
} from 'n8n-workflow';
import { agentCredentialName, readAgentCredential } from '../shared/agent-credential.ts';
import { testAgentCredential } from '../shared/agent-credential-test.ts';
import { settingsError } from '../shared/node-errors.ts';
import { listenActive } from './listen-active.ts';
import { listenManually } from './listen-manual.ts';
import { configuredOutputs } from './outputs.ts';
import { readSettings } from './trigger-settings.ts';

const TEST_HELP =
  "<b>While building your workflow</b>, click the 'execute step' button, then call the agent, or dial from the agent's phone. " +
  'The call shows up in this editor. <br /><br />';

/** Starts a workflow for each call of an agent, and for each change of the agent's connection. */
export class AccoladesTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Accolades Trigger',
    name: 'accoladesTrigger',
    icon: { light: 'file:../shared/accolades.svg', dark: 'file:../shared/accolades.dark.svg' },
    group: ['trigger'],
    version: 1,
    subtitle:
      '={{ ($parameter["events"] || []).map((event) => ({ incomingCall: "incoming", outgoingCall: "outgoing", ' +
      'agentConnected: "connected", agentDisconnected: "disconnected" })[event] || event).join(", ") }}',
    description:
      'Starts the workflow when a phone call reaches or leaves an agent of the Accolades cloud PBX',
    eventTriggerDescription: "Waiting for a call: call the agent, or dial from the agent's phone",
    activationMessage: 'Each call of the agent now starts this workflow.',
    defaults: { name: 'Accolades Trigger' },
    triggerPanel: {
      header: 'Listen for Accolades calls',
      executionsHelp: {
        inactive:
          TEST_HELP +
          "<b>Once you're happy with your workflow</b>, publish it. Then each call starts it. " +
          "These executions show up in the <a data-key='executions'>executions list</a>, but not in the editor.",
        active:
          TEST_HELP +
          "<b>Your workflow also executes automatically</b>, since it's published: each call starts it. " +
          "These executions show up in the <a data-key='executions'>executions list</a>, but not in the editor.",
      },
      activationHint:
        "Execute the step, then call the agent, or dial from the agent's phone. Once you've finished building your workflow, publish it to " +
        "have it listen continuously (you just won't see those executions here).",
    },
    inputs: [],
    outputs: `={{(${configuredOutputs.toString()})($parameter)}}`,
    credentials: [{ name: 'accoladesAgentApi', required: true, testedBy: 'testAgentCredential' }],
    properties: [
      {
        displayName:
          "The agent must be logged in to Accolades (Call center → Agent, with a phone linked), and this n8n must have the same public IP address as the agent's browser. " +
          'Accolades allows one connection per agent: all workflows of this n8n share it, but no other program can have one, nor a connector that is set in the account.',
        name: 'connectionNotice',
        type: 'notice',
        default: '',
      },
      {
        displayName: 'Events',
        name: 'events',
        type: 'multiOptions',
        noDataExpression: true,
        required: true,
        default: ['incomingCall', 'outgoingCall'],
        description: 'What starts the workflow',
        options: [
          {
            name: 'Agent Connected',
            value: 'agentConnected',
            description: 'The connection that reports the calls of the agent came up',
          },
          {
            name: 'Agent Disconnected',
            value: 'agentDisconnected',
            description:
              'That connection could not be made or was lost, for example because the agent logged out',
          },
          {
            name: 'Incoming Call',
            value: 'incomingCall',
            description: 'A call is about to reach the agent',
          },
          {
            name: 'Outgoing Call',
            value: 'outgoingCall',
            description: "The agent's phone starts a call",
          },
        ],
      },
      {
        displayName: 'Call Source',
        name: 'callSource',
        type: 'options',
        noDataExpression: true,
        default: 'all',
        description: 'Which calls start the workflow',
        displayOptions: { show: { events: ['incomingCall', 'outgoingCall'] } },
        options: [
          {
            name: 'All Calls',
            value: 'all',
          },
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
      },
      {
        displayName: 'Options',
        name: 'options',
        type: 'collection',
        placeholder: 'Add option',
        default: {},
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
            displayName: 'First Ring Only',
            name: 'firstRingOnly',
            type: 'boolean',
            default: false,
            description:
              'Whether a call that rings several times, at one agent or at several of this node, starts the workflow once, for the first ring',
          },
          {
            displayName: 'Include Configuration',
            name: 'includeConfiguration',
            type: 'boolean',
            default: false,
            description:
              'Whether to add the texts that Accolades stores for the account, the phone and the agent as <code>configuration</code>',
          },
          {
            displayName: 'Numbers',
            name: 'numbers',
            type: 'string',
            default: '',
            placeholder: '0721, +40, /^021\\d{7}$/',
            description:
              'Only calls with these phone numbers: beginnings, or regular expressions between slashes, separated by commas. Empty: all numbers.',
          },
          {
            displayName: 'Split Outputs',
            name: 'splitOutputs',
            type: 'boolean',
            noDataExpression: true,
            default: false,
            description: 'Whether each chosen event has an output of its own',
          },
        ],
      },
      {
        displayName:
          'First Ring Only compares the agents of this node. Put all agents of a queue in one credential (name=idCrm, separated by commas); between two triggers nothing is compared. It compares uniqueId: whether Accolades sends the same one to all agents of a queue is not documented.',
        name: 'firstRingNotice',
        type: 'notice',
        default: '',
        displayOptions: { show: { '/options.firstRingOnly': [true] } },
      },
    ],
  };

  methods = { credentialTest: { testAgentCredential } };

  async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
    const credential = await this.getCredentials('accoladesAgentApi');
    try {
      const connection = readAgentCredential(credential, agentCredentialName(this.getNode()));
      const settings = readSettings(this);
      return this.getMode() === 'manual'
        ? listenManually(this, connection, settings)
        : await listenActive(this, connection, settings);
    } catch (error) {
      throw settingsError(this.getNode(), error);
    }
  }
}
