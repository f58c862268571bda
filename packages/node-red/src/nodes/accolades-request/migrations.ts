import type { Migration } from '../../migrations/migrate.ts';

/** The migrations of a request node's settings, oldest first. */
export const requestMigrations: readonly Migration[] = [
  {
    version: 1,
    // Adds settings that a hand-written node lacks.
    upgrade: (settings) => ({
      request: 'configuration',
      agentLabel: 'payload.agent.label',
      agentLabelType: 'msg',
      parse: 'none',
      ...settings,
    }),
  },
];
