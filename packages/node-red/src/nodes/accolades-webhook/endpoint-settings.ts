import { AccoladesError, readHangupFormat, type EndpointSettings, type Methods } from '@accolades-flow/core';
import type { Settings } from '../../migrations/migrate.ts';
import { settingReader, withVariable, type Environment } from '../../runtime/environment.ts';

/**
 * Reads the endpoint settings of a webhook node.
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
  return {
    methods: readMethods(settings['method']),
    secret,
    secretParameter: text('secretParameter'),
    allowedAddresses: text('allowedAddresses'),
    trustedProxies: text('trustedProxies'),
    maxBodyBytes: text('maxBodyBytes'),
    events: settings['events'],
    country: text('country'),
    phoneField: text('phoneField'),
    durationField: text('durationField'),
    replyLimitMs: text('replyLimitMs'),
    flowAnswersIvr: settings['flowAnswersIvr'],
    flowConfirmsHangup: settings['flowConfirmsHangup'],
    flowPopsScreen: settings['flowPopsScreen'],
    // A variable of the type JSON is already an object.
    ivrFallback: withVariable(settings['ivrFallback'], environment),
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

/** @throws AccoladesError `INVALID_PARAMETER` */
export function readMethods(value: unknown): Methods {
  if (value === 'both' || value === 'post' || value === 'get') return value;
  throw new AccoladesError('INVALID_PARAMETER', { what: 'The method must be “both”, “post” or “get”.' });
}
