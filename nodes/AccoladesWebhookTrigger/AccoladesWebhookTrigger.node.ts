import type {
  IHookFunctions,
  INodeType,
  INodeTypeDescription,
  IWebhookFunctions,
  IWebhookResponseData,
} from 'n8n-workflow';
import { testWebhookSecret } from '../shared/webhook-credential.ts';
import { configuredOutputs } from './outputs.ts';
import { nodeSecret } from './node-secret.ts';
import { parameterFields } from './parameter-fields.ts';
import { WEBHOOK_PROPERTIES } from './properties.ts';
import { receive } from './receive.ts';
import { settingsError } from './settings-error.ts';
import { webhookNodeOf } from './webhook-node.ts';

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
    // For triggers of version 1, n8n evaluates one more expression per request, for its own Webhook
    // node. So new nodes have version 1.1; version 1 behaves the same, only slower.
    version: [1, 1.1],
    defaultVersion: 1.1,
    subtitle:
      '={{ ($parameter["events"] || []).length > 3 ? $parameter["events"].length + " events" : ($parameter["events"] || []).join(", ") }}',
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
    webhooks: [
      {
        name: 'default',
        httpMethod: 'POST',
        responseData: 'allEntries',
        isFullPath: true,
        ...PARAMETER_FIELDS,
      },
      {
        name: 'setup',
        httpMethod: 'GET',
        responseData: 'allEntries',
        isFullPath: true,
        ndvHideUrl: true,
        ...PARAMETER_FIELDS,
      },
    ],
    properties: WEBHOOK_PROPERTIES,
  };

  methods = { credentialTest: { testWebhookSecret } };

  webhookMethods = {
    default: {
      /** Accolades has no API to set the URL. */
      checkExists(this: IHookFunctions): Promise<boolean> {
        return Promise.resolve(false);
      },
      /**
       * Publishing the workflow fails here when a setting is not valid, and not at the first call.
       */
      async create(this: IHookFunctions): Promise<boolean> {
        try {
          const node = webhookNodeOf(this);
          node.endpoint(await nodeSecret(this, node.parameters).read());
        } catch (error) {
          throw settingsError(this.getNode(), error);
        }
        return true;
      },
      /**
       * Requests that still wait are answered by their workflow, or by the fallback within their
       * time limit.
       */
      delete(this: IHookFunctions): Promise<boolean> {
        nodeSecret(this, { secretPlace: 'path' }).forget();
        return Promise.resolve(true);
      },
    },
  };

  async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
    return receive(this);
  }
}
