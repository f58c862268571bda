import type { IHookFunctions, INodeTypeDescription } from 'n8n-workflow';
import type { EndpointParameters } from './endpoint-parameters.ts';
import { nodeSecret } from './node-secret.ts';
import type { parameterFields } from './parameter-fields.ts';
import { settingsError } from './settings-error.ts';
import type { WebhookNodes } from './webhook-node.ts';

type Webhooks = NonNullable<INodeTypeDescription['webhooks']>;

/** Two URLs: POST, and GET, which the editor hides. */
export function webhooksWith(fields: ReturnType<typeof parameterFields>): Webhooks {
  const common = { responseData: 'allEntries', isFullPath: true, ...fields } as const;
  return [
    { name: 'default', httpMethod: 'POST', ...common },
    { name: 'setup', httpMethod: 'GET', ndvHideUrl: true, ...common },
  ];
}

/** What n8n calls when it registers the URL and when it takes it away. */
export function urlMethods<P extends EndpointParameters>(nodes: WebhookNodes<P>) {
  return {
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
          const node = nodes.of(this);
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
}
