import {
  readWebhookEvents,
  WebhookEndpoint,
  type EndpointSettings,
  type WebhookEventType,
} from '@accolades-flow/core';
import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import { readHangupFormat } from '../shared/hangup-format.ts';
import { asRecord } from '../shared/parameters.ts';
import { readWebhookSecret } from '../shared/webhook-credential.ts';

/** Who answers IVR requests, hang-up confirmations and, for a screen pop, calls of the browser connector. */
export type Responder = 'replyNode' | 'lastNode' | 'fallback';

/** The parameters of the trigger, checked. */
export interface WebhookSettings {
  readonly endpoint: WebhookEndpoint;
  readonly responder: Responder;
  /** Whether the last part of the path is the secret. */
  readonly secretInPath: boolean;
  /** The event of each output, in order; null: one output for all. */
  readonly outputs: readonly WebhookEventType[] | null;
}

/**
 * Reads the parameters and the credential.
 * @throws AccoladesError `INVALID_PARAMETER`, `INVALID_REPLY` or `INVALID_CREDENTIAL`; holds no secret
 */
export async function readWebhookSettings(
  context: IHookFunctions | IWebhookFunctions,
): Promise<WebhookSettings> {
  const parameter = (name: string, fallback: string): unknown => context.getNodeParameter(name, fallback);
  const options = asRecord(parameter('options', ''));
  const events = readWebhookEvents(parameter('events', ''));
  const place = parameter('secretPlace', 'path');
  const secret =
    place === 'none' ? '' : readWebhookSecret(await context.getCredentials('accoladesWebhookApi'));
  const respond = parameter('respond', 'replyNode');
  const responder: Responder = respond === 'lastNode' || respond === 'fallback' ? respond : 'replyNode';
  const settings: EndpointSettings = {
    secret,
    secretParameter: parameter('secretParameter', ''),
    allowedAddresses: options['allowedAddresses'],
    trustedProxies: options['trustedProxies'],
    maxBodyBytes: kilobytes(options['maxBodyKb']),
    events,
    country: options['country'],
    phoneField: options['phoneField'],
    durationField: options['durationField'],
    replyLimitMs: seconds(options['replyLimit']),
    flowAnswersIvr: responder !== 'fallback',
    flowConfirmsHangup: responder !== 'fallback',
    flowPopsScreen: responder !== 'fallback' && parameter('screenPop', '') === true,
    ivrFallback: fallbackVariables(options['ivrFallback']),
    hangupFallback: options['hangupFallback'],
    hangupFallbackSeconds: options['hangupFallbackSeconds'] ?? 300,
    hangupReplyFormat: readHangupFormat(options['hangupFormat']) ?? {},
  };
  const key = `n8n ${context.getWorkflow().id ?? ''} ${context.getNode().id}`;
  return {
    endpoint: new WebhookEndpoint(settings, { key }),
    responder,
    secretInPath: place === 'path',
    outputs: options['splitOutputs'] === true ? events : null,
  };
}

/** The fields of a fallback: a JSON object; empty for none. */
function fallbackVariables(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : value;
}

function kilobytes(value: unknown): unknown {
  return typeof value === 'number' ? value * 1024 : value;
}

function seconds(value: unknown): unknown {
  return typeof value === 'number' ? value * 1000 : value;
}
