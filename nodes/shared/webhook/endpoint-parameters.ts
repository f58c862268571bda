import type { EndpointSettings } from '@accolades-flow/core';
import type { IWebhookFunctions } from 'n8n-workflow';
import { readGivenOption, type ParameterSource } from '../given-option.ts';
import { readHangupFormat } from '../hangup-format.ts';

/** Where a request carries the secret. */
type SecretPlace = 'path' | 'parameter' | 'none';

/** The parameters of a trigger with a URL, unchecked; the endpoint checks them. */
export interface EndpointParameters {
  /** Without the secret. */
  readonly settings: EndpointSettings;
  /** Identifies the node in this n8n. */
  readonly key: string;
  readonly secretPlace: SecretPlace;
}

/** What clearing Allowed Addresses does. */
const EVERY_ADDRESS = 'accept requests from every address';

/** The parts of n8n's contexts that are used. */
export interface ParameterContext
  extends Pick<IWebhookFunctions, 'getNode' | 'getWorkflow'>, ParameterSource {}

/** The name of a node in this n8n, the same over re-publishing. */
export function nodeKey(context: Pick<ParameterContext, 'getNode' | 'getWorkflow'>): string {
  return `n8n ${context.getWorkflow().id ?? ''} ${context.getNode().id}`;
}

export function readSecretPlace(place: unknown): SecretPlace {
  return place === 'none' || place === 'parameter' ? place : 'path';
}

/** The settings that every trigger with a URL has. */
export function readCommonSettings(
  context: ParameterContext,
  options: Readonly<Record<string, unknown>>,
): EndpointSettings {
  return {
    secretParameter: context.getNodeParameter('secretParameter', ''),
    allowedAddresses: readGivenOption(context, 'allowedAddresses', 'Allowed Addresses', EVERY_ADDRESS),
    trustedProxies: options['trustedProxies'],
    maxBodyBytes: kilobytes(options['maxBodyKb']),
    country: options['country'],
    phoneField: options['phoneField'],
    durationField: options['durationField'],
    hangupFallback: options['hangupFallback'],
    hangupFallbackSeconds: options['hangupFallbackSeconds'] ?? 300,
    hangupReplyFormat: readHangupFormat(options['hangupFormat']) ?? {},
  };
}

function kilobytes(value: unknown): unknown {
  return typeof value === 'number' ? value * 1024 : value;
}
