import type { Migration } from '../../migrations/migrate.ts';

/** The migrations of an account's settings, oldest first. */
export const accountMigrations: readonly Migration[] = [
  {
    version: 1,
    // Adds settings that a hand-written node lacks.
    upgrade: (settings) => ({ url: '', accountNumber: '', ...settings }),
  },
  {
    version: 2,
    upgrade: (settings) => ({ tls: '', ...settings }),
  },
];
