import {
  NodeConnectionTypes,
  type IExecuteFunctions,
  type IHookFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
  type ITriggerFunctions,
  type ITriggerResponse,
  type IWebhookFunctions,
  type IWebhookResponseData,
} from 'n8n-workflow';
import { testWebhookSecret } from '../shared/webhook-credential.ts';
import { urlMethods, webhooksWith } from '../shared/webhook/description.ts';
import { parameterFields } from '../shared/webhook/parameter-fields.ts';
import { settingsError } from '../shared/webhook/settings-error.ts';
import { CALL_ENDED_PROPERTIES } from './properties.ts';
import { callEndedNodes, receive } from './receive.ts';
import { beginTestOf, endTestOf } from './test-call.ts';
import { watchCalls } from './watch-calls.ts';

const PARAMETER_FIELDS = parameterFields({
  path: (parameters) => {
    const path = typeof parameters['path'] === 'string' ? parameters['path'] : '';
    return [path, parameters['secretPlace'] === 'path' ? ':secret' : ''].filter((part) => part).join('/');
  },
  responseMode: () => 'onReceived',
});

const TEST_HELP =
  "<b>While building your workflow</b>, click the 'execute step' button, set the test URL in Accolades at a phone of yours, then call it and hang up. " +
  'In a test, a call counts as over 10 seconds after its last notification, and must end within two minutes. Afterwards set the production URL again: Accolades hangs up calls whose URL does not answer. <br /><br />';

const methods = urlMethods(callEndedNodes);

/**
 * Starts the workflow when a call is over, with what became of it.
 *
 * One node has both the URL and the workflow's start: n8n registers its `webhooks` and runs its
 * `trigger()`. `webhook()` answers a notification and returns; the trigger emits the record of the
 * call when it is over, some time after the last notification.
 */
export class AccoladesCallEndedTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Accolades Call Ended Trigger',
    name: 'accoladesCallEndedTrigger',
    icon: { light: 'file:../shared/accolades.svg', dark: 'file:../shared/accolades.dark.svg' },
    group: ['trigger'],
    // For a trigger of version 1, n8n evaluates one more expression per request.
    version: 1.1,
    subtitle:
      '={{ ($parameter["events"] || []).map((event) => ({ callEnded: "call ended", missedCall: "missed call" })[event] || event).join(", ") }}',
    description:
      'Starts the workflow when a call of the Accolades cloud PBX is over: answered, missed or unanswered, with its times and who answered',
    eventTriggerDescription: 'Waiting for a call to end whose notifications come to the test URL',
    activationMessage:
      'Each call that ends now starts this workflow, once the production URL is set in Accolades.',
    defaults: { name: 'Accolades Call Ended Trigger' },
    triggerPanel: {
      header: 'Listen for the end of a call',
      executionsHelp: {
        inactive:
          TEST_HELP +
          "<b>Once you're happy with your workflow</b>, publish it and set the production URL in Accolades. " +
          "These executions show up in the <a data-key='executions'>executions list</a>, but not in the editor.",
        active:
          TEST_HELP +
          "<b>Your workflow also executes automatically</b>, since it's published: each call that ends starts it. " +
          "These executions show up in the <a data-key='executions'>executions list</a>, but not in the editor.",
      },
      activationHint:
        "Once you've finished building your workflow, publish it and set the production URL in Accolades.",
    },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [
      {
        name: 'accoladesWebhookApi',
        required: true,
        testedBy: 'testWebhookSecret',
        displayOptions: { show: { notificationsFrom: ['url'], secretPlace: ['path', 'parameter'] } },
      },
    ],
    webhooks: webhooksWith(PARAMETER_FIELDS),
    properties: CALL_ENDED_PROPERTIES,
  };

  methods = { credentialTest: { testWebhookSecret } };

  webhookMethods = {
    default: {
      checkExists(this: IHookFunctions): Promise<boolean> {
        return methods.default.checkExists.call(this);
      },
      async create(this: IHookFunctions): Promise<boolean> {
        await methods.default.create.call(this);
        beginTestOf(this, callEndedNodes.of(this).parameters);
        return true;
      },
      async delete(this: IHookFunctions): Promise<boolean> {
        endTestOf(this);
        return methods.default.delete.call(this);
      },
    },
  };

  async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
    return receive(this);
  }

  trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
    return new Promise((resolve) => {
      try {
        resolve(watchCalls(this, callEndedNodes.of(this).parameters));
      } catch (error) {
        throw settingsError(this.getNode(), error);
      }
    });
  }

  /**
   * Passes the record on. Without this, a test in the editor would call `trigger()` instead of
   * using the call that ended.
   */
  execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return Promise.resolve([this.getInputData()]);
  }
}
