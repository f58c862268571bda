import type { IHookFunctions, ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';
import { readWebhookSecret } from '../webhook-credential.ts';
import type { EndpointParameters } from './endpoint-parameters.ts';
import { SecretStore, type RecalledSecret } from './secret-store.ts';

const CREDENTIAL = 'accoladesWebhookApi';
const store = new SecretStore();

/**
 * The secret of a node. All methods throw `INVALID_CREDENTIAL`, or n8n's error for a missing one.
 */
export interface NodeSecret {
  /** The secret as last read; reads it when it was never read. */
  recall(): Promise<RecalledSecret>;
  /** The current secret; cached for `recall`. */
  read(): Promise<string>;
  /**
   * Like `read`, with several attempts over some seconds: Accolades does not repeat the request.
   */
  renew(): Promise<string>;
  forget(): void;
}

const NONE: NodeSecret = {
  recall: () => Promise.resolve({ secret: '', isFresh: true }),
  read: () => Promise.resolve(''),
  renew: () => Promise.resolve(''),
  forget: () => undefined,
};

/** The n8n contexts that can read the credential. */
export type SecretContext = Pick<
  IHookFunctions | IWebhookFunctions | ITriggerFunctions,
  'getNode' | 'getWorkflow' | 'getCredentials'
>;

export function nodeSecret(
  context: SecretContext,
  { secretPlace }: Pick<EndpointParameters, 'secretPlace'>,
): NodeSecret {
  if (secretPlace === 'none') return NONE;
  const { id, credentials } = context.getNode();
  const key = `${context.getWorkflow().id ?? ''} ${id} ${credentials?.[CREDENTIAL]?.id ?? ''}`;
  const load = async (): Promise<string> => readWebhookSecret(await context.getCredentials(CREDENTIAL));
  const read = (): Promise<string> => store.read(key, load);
  return {
    recall: async () => store.recall(key) ?? { secret: await read(), isFresh: true },
    read,
    renew: () => store.renew(key, load),
    forget: () => {
      store.forget(key);
    },
  };
}
