import { readEvents, type AccoladesEventType, type SubscribeOptions } from '@accolades-flow/core';
import type { ITriggerFunctions } from 'n8n-workflow';
import { readGivenOption } from '../shared/given-option.ts';
import { asRecord } from '../shared/parameters.ts';

/** The parameters of the trigger; core checks the values when it subscribes. */
export interface TriggerSettings {
  readonly subscription: Pick<SubscribeOptions, 'filter' | 'includeConfiguration'> & {
    readonly country: string;
  };
  /** The event of each output, in order; null: one output for all. */
  readonly outputs: readonly AccoladesEventType[] | null;
}

/** @throws AccoladesError `INVALID_PARAMETER` when no event, or an unknown one, is chosen */
export function readSettings(context: ITriggerFunctions): TriggerSettings {
  const events = [...readEvents(context.getNodeParameter('events'))];
  const options: unknown = context.getNodeParameter('options', {});
  const { firstRingOnly, country, includeConfiguration, splitOutputs } = asRecord(options);
  return {
    subscription: {
      filter: {
        events,
        // n8n omits this parameter while it is hidden, that is, when no call event is chosen.
        callSource: context.getNodeParameter('callSource', 'all'),
        numbers: readGivenOption(context, 'numbers', 'Numbers', 'take all numbers'),
        firstRingOnly,
      },
      country: typeof country === 'string' ? country : '',
      includeConfiguration: includeConfiguration === true,
    },
    outputs: splitOutputs === true ? events : null,
  };
}
