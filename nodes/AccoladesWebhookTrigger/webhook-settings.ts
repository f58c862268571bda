import {
  readPurpose,
  readPurposeEvents,
  type EndpointEventType,
  type EndpointPurpose,
} from '@accolades-flow/core';
import { readGivenOption } from '../shared/given-option.ts';
import { asRecord } from '../shared/parameters.ts';
import {
  nodeKey,
  readCommonSettings,
  readSecretPlace,
  type EndpointParameters,
  type ParameterContext,
} from '../shared/webhook/endpoint-parameters.ts';

/** What answers IVR requests, hang-up confirmations and, for a screen pop, connector calls. */
export type Responder = 'replyNode' | 'lastNode' | 'fallback';

/** The parameters of the trigger, unchecked; the endpoint checks them. */
export interface WebhookParameters extends EndpointParameters {
  readonly responder: Responder;
  /** As typed: empty when n8n makes the path. */
  readonly path: string;
}

/** @throws AccoladesError `INVALID_PARAMETER` */
export function readWebhookParameters(context: ParameterContext): WebhookParameters {
  const parameter = (name: string, fallback: string): unknown => context.getNodeParameter(name, fallback);
  const options = asRecord(parameter('options', ''));
  const receives = readPurpose(parameter('receives', 'notifications'));
  const respond = parameter('respond', 'replyNode');
  const responder: Responder = respond === 'lastNode' || respond === 'fallback' ? respond : 'replyNode';
  return {
    settings: {
      ...readCommonSettings(context, options),
      receives,
      events: chosenEvents(receives, parameter('events', '')),
      callSource: parameter('callSource', 'all'),
      numbers: readGivenOption(context, 'numbers', 'Numbers', 'take all numbers'),
      firstRingOnly: options['firstRingOnly'],
      replyLimitMs: seconds(options['replyLimit']),
      flowAnswersIvr: responder !== 'fallback',
      flowConfirmsHangup: responder !== 'fallback',
      flowPopsScreen: responder !== 'fallback' && parameter('screenPop', '') === true,
      popWhenAnswered: parameter('popWhenAnswered', '') === true,
      ivrFallback: fallbackVariables(options['ivrFallback']),
    },
    key: nodeKey(context),
    responder,
    path: textOf(parameter('path', '')),
    secretPlace: readSecretPlace(parameter('secretPlace', 'path')),
  };
}

/** An IVR sends one event only, so the dialog does not ask for it. */
function chosenEvents(receives: EndpointPurpose, events: unknown): readonly EndpointEventType[] {
  return readPurposeEvents(receives, receives === 'ivr' ? undefined : events);
}

/** The variables of a fallback: a JSON object; empty means none. */
function fallbackVariables(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : value;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function seconds(value: unknown): unknown {
  return typeof value === 'number' ? value * 1000 : value;
}
