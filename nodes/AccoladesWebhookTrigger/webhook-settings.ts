import { readWebhookEvents, type EndpointSettings, type WebhookEventType } from '@accolades-flow/core';
import type { IWebhookFunctions } from 'n8n-workflow';
import { readGivenOption, type ParameterSource } from '../shared/given-option.ts';
import { readHangupFormat } from '../shared/hangup-format.ts';
import { asRecord } from '../shared/parameters.ts';

/** What answers IVR requests, hang-up confirmations and, for a screen pop, connector calls. */
export type Responder = 'replyNode' | 'lastNode' | 'fallback';

/** Where a request carries the secret. */
type SecretPlace = 'path' | 'parameter' | 'none';

/** The parameters of the trigger, unchecked; `createEndpoint` checks them. */
export interface WebhookParameters {
  /** Without the secret. */
  readonly settings: EndpointSettings;
  /** Identifies the node in this n8n. */
  readonly key: string;
  readonly responder: Responder;
  readonly secretPlace: SecretPlace;
  /** The event of each output, in order; null: one output for all. */
  readonly outputs: readonly WebhookEventType[] | null;
}

/** What clearing Allowed Addresses does. */
const EVERY_ADDRESS = 'accept requests from every address';

/** The parts of n8n's contexts that are used. */
export interface ParameterContext
  extends Pick<IWebhookFunctions, 'getNode' | 'getWorkflow'>, ParameterSource {}

/** @throws AccoladesError `INVALID_PARAMETER` */
export function readWebhookParameters(context: ParameterContext): WebhookParameters {
  const parameter = (name: string, fallback: string): unknown => context.getNodeParameter(name, fallback);
  const options = asRecord(parameter('options', ''));
  const events = readWebhookEvents(parameter('events', ''));
  const place = parameter('secretPlace', 'path');
  const respond = parameter('respond', 'replyNode');
  const responder: Responder = respond === 'lastNode' || respond === 'fallback' ? respond : 'replyNode';
  return {
    settings: {
      secretParameter: parameter('secretParameter', ''),
      allowedAddresses: readGivenOption(context, 'allowedAddresses', 'Allowed Addresses', EVERY_ADDRESS),
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
    },
    key: `n8n ${context.getWorkflow().id ?? ''} ${context.getNode().id}`,
    responder,
    secretPlace: place === 'none' || place === 'parameter' ? place : 'path',
    outputs: options['splitOutputs'] === true ? events : null,
  };
}

/** The variables of a fallback: a JSON object; empty means none. */
function fallbackVariables(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : value;
}

function kilobytes(value: unknown): unknown {
  return typeof value === 'number' ? value * 1024 : value;
}

function seconds(value: unknown): unknown {
  return typeof value === 'number' ? value * 1000 : value;
}
