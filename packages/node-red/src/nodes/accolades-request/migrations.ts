import type { Migration } from '../../migrations/migrate.ts';

/** The steps of a request node's settings, oldest first. */
export const requestMigrations: readonly Migration[] = [
  {
    version: 1,
    // Written by hand, or by a tool, without what the dialog would have filled in.
    upgrade: (settings) => ({
      request: 'configuration',
      agentLabel: 'payload.agent.label',
      agentLabelType: 'msg',
      parse: 'none',
      ...settings,
    }),
  },
];
