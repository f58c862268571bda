import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import { readWebhookSecret } from '../shared/webhook-credential.ts';
import { SecretStore, type RecalledSecret } from './secret-store.ts';
import type { WebhookParameters } from './webhook-settings.ts';

const CREDENTIAL = 'accoladesWebhookApi';
const store = new SecretStore();

type Context = IHookFunctions | IWebhookFunctions;

/**
 * The secret of the node as it was read last; read now when it was not yet.
 * @throws AccoladesError `INVALID_CREDENTIAL`, or what n8n throws when there is no credential
 */
export async function recallSecret(context: Context, parameters: WebhookParameters): Promise<RecalledSecret> {
  if (parameters.secretPlace === 'none') return { secret: '', isFresh: true };
  return (
    store.recall(keyOf(context)) ?? {
      secret: await readSecret(context, parameters),
      isFresh: true,
    }
  );
}

/** The secret of the node as it is now; it is kept for `recallSecret`. @throws as `recallSecret` */
export async function readSecret(context: Context, parameters: WebhookParameters): Promise<string> {
  if (parameters.secretPlace === 'none') return '';
  return store.read(keyOf(context), () => secretOf(context));
}

/** As `readSecret`, with several attempts over some seconds: for a request that nobody would send again. @throws as `recallSecret` */
export async function renewSecret(context: Context, parameters: WebhookParameters): Promise<string> {
  if (parameters.secretPlace === 'none') return '';
  return store.renew(keyOf(context), () => secretOf(context));
}

export function forgetSecret(context: Context): void {
  store.forget(keyOf(context));
}

async function secretOf(context: Context): Promise<string> {
  return readWebhookSecret(await context.getCredentials(CREDENTIAL));
}

function keyOf(context: Context): string {
  return `${context.getWorkflow().id ?? ''} ${context.getNode().id} ${context.getNode().credentials?.[CREDENTIAL]?.id ?? ''}`;
}
