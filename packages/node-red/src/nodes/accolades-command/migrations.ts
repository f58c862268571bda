import type { Migration } from '../../migrations/migrate.ts';

/** The steps of a command node's settings, oldest first. */
export const commandMigrations: readonly Migration[] = [
  {
    version: 1,
    // Fills in what a hand-written node lacks.
    upgrade: (settings) => ({
      command: 'dial',
      deviceId: '',
      deviceIdType: 'str',
      phoneNumber: 'payload.phoneNumber',
      phoneNumberType: 'msg',
      numberFormat: 'national',
      country: 'RO',
      ...settings,
    }),
  },
];
