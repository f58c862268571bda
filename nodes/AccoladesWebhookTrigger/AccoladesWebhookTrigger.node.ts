import type {
  IExecuteFunctions,
  INodeExecutionData,
  INodeType,
  INodeTypeDescription,
  ITriggerFunctions,
  ITriggerResponse,
  IWebhookFunctions,
  IWebhookResponseData,
} from 'n8n-workflow';
import { testWebhookSecret } from '../shared/webhook-credential.ts';
import { urlMethods, webhooksWith } from '../shared/webhook/description.ts';
import { parameterFields } from '../shared/webhook/parameter-fields.ts';
import { configuredOutputs, splitItems } from './outputs.ts';
import { WEBHOOK_PROPERTIES } from './properties.ts';
import { publishTrigger } from './published-trigger.ts';
import { receive, webhookNodes } from './receive.ts';

const PARAMETER_FIELDS = parameterFields({
  path: (parameters) => {
    const path = typeof parameters['path'] === 'string' ? parameters['path'] : '';
    return [path, parameters['secretPlace'] === 'path' ? ':secret' : ''].filter((part) => part).join('/');
  },
  responseMode: (parameters) => {
    const responder = parameters['respond'];
    return responder === 'replyNode' ? 'responseNode' : responder === 'lastNode' ? 'lastNode' : 'onReceived';
  },
});

/**
 * Starts a workflow for each request from Accolades: call notifications, IVR requests, and events
 * of the browser connector.
 */
export class AccoladesWebhookTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Accolades Webhook Trigger',
    name: 'accoladesWebhookTrigger',
    icon: { light: 'file:../shared/accolades.svg', dark: 'file:../shared/accolades.dark.svg' },
    group: ['trigger'],
    // For a trigger of version 1, n8n evaluates one more expression per request.
    version: 1.1,
    subtitle:
      '={{ $parameter["receives"] === "ivr" ? "IVR requests" : ($parameter["events"] || []).length > 3 ? ' +
      '$parameter["events"].length + " events" : ($parameter["events"] || []).join(", ") }}',
    description:
      'Starts the workflow when the Accolades cloud PBX notifies of a call (answered, ended, at its time limit) or asks from a voice menu (IVR)',
    eventTriggerDescription: 'Waiting for a request of Accolades to the test URL',
    activationMessage: 'Requests of Accolades to the production URL now start this workflow.',
    defaults: { name: 'Accolades Webhook Trigger' },
    triggerPanel: {
      header: 'Listen for requests of Accolades',
      executionsHelp: {
        inactive:
          'Webhooks have two modes: test and production. <br /><br /> <b>Use test mode while you build your workflow</b>. Click the ' +
          "'listen' button, then have Accolades send a request to the test URL. The execution shows up in the editor. It listens for one request only.<br /><br />" +
          '<b>Use production mode to run your workflow automatically</b>. Publish the workflow, then set the production URL in Accolades.',
        active:
          'Webhooks have two modes: test and production. <br /><br /> <b>Use test mode while you build your workflow</b>. Click the ' +
          "'listen' button, then have Accolades send a request to the test URL. The execution shows up in the editor. It listens for one request only.<br /><br />" +
          "<b>Use production mode to run your workflow automatically</b>. Since the workflow is published, requests to the production URL start it. These executions show up in the <a data-key='executions'>executions list</a>, but not in the editor.",
      },
      activationHint:
        "Once you've finished building your workflow, publish it and set the production URL in Accolades.",
    },
    inputs: [],
    outputs: `={{(${configuredOutputs.toString()})($parameter)}}`,
    credentials: [
      {
        name: 'accoladesWebhookApi',
        required: true,
        testedBy: 'testWebhookSecret',
        displayOptions: { show: { secretPlace: ['path', 'parameter'] } },
      },
    ],
    webhooks: webhooksWith(PARAMETER_FIELDS),
    properties: WEBHOOK_PROPERTIES,
  };

  methods = { credentialTest: { testWebhookSecret } };

  webhookMethods = urlMethods(webhookNodes);

  async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
    return receive(this);
  }

  /** Starts the workflows of requests that were answered before. */
  trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
    return Promise.resolve(publishTrigger(this));
  }

  /**
   * Passes the message on. Without this, a test in the editor would call `trigger()` instead of
   * using the request that came.
   */
  execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return Promise.resolve(splitItems(this));
  }
}
