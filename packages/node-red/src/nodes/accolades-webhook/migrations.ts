import { WEBHOOK_EVENTS } from '@accolades-flow/core';
import type { Migration } from '../../migrations/migrate.ts';

/** The migrations of a webhook node's settings, oldest first. */
export const webhookMigrations: readonly Migration[] = [
  {
    version: 1,
    // Adds settings that a hand-written node lacks.
    upgrade: (settings) => ({
      path: '/accolades',
      method: 'both',
      events: [...WEBHOOK_EVENTS],
      splitOutputs: false,
      secretParameter: 'secret',
      allowedAddresses: '',
      trustedProxies: '0',
      maxBodyBytes: '',
      country: 'RO',
      phoneField: '',
      durationField: '',
      replyLimitMs: '5000',
      flowAnswersIvr: true,
      ivrFallback: '{}',
      flowConfirmsHangup: true,
      flowPopsScreen: false,
      hangupFallback: 'drop',
      hangupFallbackSeconds: '300',
      hangupFormat: 'json',
      hangupDecisionField: 'action',
      hangupDropValue: 'drop',
      hangupExtendValue: 'extend',
      hangupSecondsField: 'duration',
      hangupTemplate: '',
      hangupContentType: '',
      ...settings,
    }),
  },
];
