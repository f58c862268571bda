import type { Migration } from '../../migrations/migrate.ts';

/** The migrations of a call node's settings, oldest first. */
export const callMigrations: readonly Migration[] = [
  {
    version: 1,
    // Adds settings that a hand-written node lacks.
    upgrade: (settings) => ({
      events: ['incomingCall', 'outgoingCall'],
      callSource: 'all',
      numbers: '',
      firstRingOnly: false,
      includeConfiguration: false,
      splitOutputs: false,
      ...settings,
    }),
  },
];
