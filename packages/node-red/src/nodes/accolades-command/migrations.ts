import type { Migration } from '../../migrations/migrate.ts';

/** The migrations of a command node's settings, oldest first. */
export const commandMigrations: readonly Migration[] = [
  {
    version: 1,
    // Adds settings that a hand-written node lacks.
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
