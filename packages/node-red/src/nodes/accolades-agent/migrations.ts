import type { Migration } from '../../migrations/migrate.ts';

/** The migrations of an agent's settings, oldest first. */
export const agentMigrations: readonly Migration[] = [
  {
    version: 1,
    // Adds settings that a hand-written node lacks.
    upgrade: (settings) => ({ url: '', country: 'RO', tls: '', ...settings }),
  },
];
