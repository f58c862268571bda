import type { Migration } from '../../migrations/migrate.ts';

/** The steps of a call node's settings, oldest first. */
export const callMigrations: readonly Migration[] = [
  {
    version: 1,
    // Written by hand, or by a tool, without what the dialog would have filled in.
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
