import type { Migration } from '../../migrations/migrate.ts';

/** The steps of an agent's settings, oldest first. */
export const agentMigrations: readonly Migration[] = [
  {
    version: 1,
    // Fills in what a hand-written node lacks.
    upgrade: (settings) => ({ url: '', country: 'RO', tls: '', ...settings }),
  },
];
