import type { Migration } from '../../migrations/migrate.ts';

/** The steps of a command node's settings, oldest first. */
export const commandMigrations: readonly Migration[] = [
  {
    version: 1,
    // Written by hand, or by a tool, without what the dialog would have filled in.
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
