import {
  AccoladesError,
  readHangupFormat,
  type EndpointSettings,
  type Methods,
  type OutcomeNodeSettings,
} from '@accolades-flow/core';
import type { Settings } from '../../migrations/migrate.ts';
import { settingReader, withVariable, type Environment } from '../../runtime/environment.ts';

/**
 * Reads the endpoint settings of a webhook node. The endpoint ignores those of other purposes.
 * @param secret requests without it are rejected; empty: all are accepted
 * @param environment the variables that the node sees
 * @throws AccoladesError `INVALID_PARAMETER`
 */
export function endpointSettings(
  settings: Settings,
  secret: string,
  environment: Environment,
): EndpointSettings {
  const text = settingReader(settings, environment);
  const { receives } = settings;
  return {
    receives,
    secret,
    secretParameter: text('secretParameter'),
    allowedAddresses: text('allowedAddresses'),
    trustedProxies: text('trustedProxies'),
    maxBodyBytes: text('maxBodyBytes'),
    events: receives === 'ivr' ? undefined : settings['events'],
    country: text('country'),
    ...(receives === 'notifications' ? notificationSettings(settings, environment) : {}),
    ...(receives === 'ivr' ? ivrSettings(settings, environment) : {}),
    ...(receives === 'connector' ? connectorSettings(settings, environment) : {}),
  };
}

/**
 * How a webhook node finds out what became of a call.
 * @throws AccoladesError `INVALID_PARAMETER`
 */
export function outcomeSettings(settings: Settings, environment: Environment): OutcomeNodeSettings {
  const text = settingReader(settings, environment);
  return {
    waitAnswered: text('waitAnswered'),
    waitUnanswered: text('waitUnanswered'),
    hangups: settings['hangups'],
  };
}

/** @throws AccoladesError `INVALID_PARAMETER` */
export function readMethods(value: unknown): Methods {
  if (value === 'both' || value === 'post' || value === 'get') return value;
  throw new AccoladesError('INVALID_PARAMETER', { what: 'The method must be “both”, “post” or “get”.' });
}

function notificationSettings(settings: Settings, environment: Environment): Partial<EndpointSettings> {
  const text = settingReader(settings, environment);
  return {
    phoneField: text('phoneField'),
    durationField: text('durationField'),
    replyLimitMs: text('replyLimitMs'),
    flowConfirmsHangup: settings['flowConfirmsHangup'],
    hangupFallback: settings['hangupFallback'],
    hangupFallbackSeconds: text('hangupFallbackSeconds'),
    hangupReplyFormat: readHangupFormat({
      format: settings['hangupFormat'],
      decisionField: text('hangupDecisionField'),
      dropValue: text('hangupDropValue'),
      extendValue: text('hangupExtendValue'),
      secondsField: text('hangupSecondsField'),
      template: text('hangupTemplate'),
      contentType: text('hangupContentType'),
    }),
  };
}

function ivrSettings(settings: Settings, environment: Environment): Partial<EndpointSettings> {
  return {
    methods: readMethods(settings['method']),
    replyLimitMs: settingReader(settings, environment)('replyLimitMs'),
    flowAnswersIvr: settings['flowAnswersIvr'],
    // A variable of the type JSON is already an object.
    ivrFallback: withVariable(settings['ivrFallback'], environment),
  };
}

function connectorSettings(settings: Settings, environment: Environment): Partial<EndpointSettings> {
  const text = settingReader(settings, environment);
  return {
    callSource: settings['callSource'],
    numbers: text('numbers'),
    firstRingOnly: settings['firstRingOnly'],
    flowPopsScreen: settings['flowPopsScreen'],
    popWhenAnswered: settings['popWhenAnswered'],
    replyLimitMs: text('replyLimitMs'),
  };
}
