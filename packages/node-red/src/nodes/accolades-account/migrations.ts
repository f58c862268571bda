import type { Migration } from '../../migrations/migrate.ts';

/** The steps of an account's settings, oldest first. */
export const accountMigrations: readonly Migration[] = [
  {
    version: 1,
    // Written by hand, or by a tool, without what the dialog would have filled in.
    upgrade: (settings) => ({ url: '', accountNumber: '', ...settings }),
  },
  {
    version: 2,
    upgrade: (settings) => ({ tls: '', ...settings }),
  },
];
