import { AccoladesError, type EndpointSettings, type HangupReplyFormat } from '@accolades-flow/core';
import type { Settings } from '../../migrations/migrate.ts';

/** The methods that an endpoint takes, as the dialog offers them. */
export type Methods = 'both' | 'post' | 'get';

/**
 * A webhook node's settings in the form that core reads.
 * @param secret who does not send it is refused; empty: nobody is
 * @throws AccoladesError `INVALID_PARAMETER`
 */
export function endpointSettings(settings: Settings, secret: unknown): EndpointSettings {
  const text = (name: string): string => {
    const value = settings[name];
    return typeof value === 'string' ? value : '';
  };
  return {
    secret,
    secretParameter: settings['secretParameter'],
    allowedAddresses: settings['allowedAddresses'],
    trustedProxies: settings['trustedProxies'],
    maxBodyBytes: settings['maxBodyBytes'],
    events: settings['events'],
    country: settings['country'],
    phoneField: settings['phoneField'],
    durationField: settings['durationField'],
    replyLimitMs: settings['replyLimitMs'],
    flowAnswersIvr: settings['flowAnswersIvr'],
    flowConfirmsHangup: settings['flowConfirmsHangup'],
    flowPopsScreen: settings['flowPopsScreen'],
    ivrFallback: settings['ivrFallback'],
    hangupFallback: settings['hangupFallback'],
    hangupFallbackSeconds: settings['hangupFallbackSeconds'],
    hangupReplyFormat: {
      format: readFormat(settings['hangupFormat']),
      decisionField: text('hangupDecisionField'),
      dropValue: text('hangupDropValue'),
      extendValue: text('hangupExtendValue'),
      secondsField: text('hangupSecondsField'),
      template: text('hangupTemplate'),
      contentType: text('hangupContentType'),
    },
  };
}

/** @throws AccoladesError `INVALID_PARAMETER` */
export function readMethods(value: unknown): Methods {
  if (value === 'both' || value === 'post' || value === 'get') return value;
  throw new AccoladesError('INVALID_PARAMETER', { what: 'The method must be “both”, “post” or “get”.' });
}

function readFormat(value: unknown): NonNullable<HangupReplyFormat['format']> {
  if (value === 'json' || value === 'form' || value === 'template') return value;
  throw new AccoladesError('INVALID_PARAMETER', {
    what: 'The format of the answer to a hang-up confirmation must be “json”, “form” or “template”.',
  });
}
