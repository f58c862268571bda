import type { Migration } from '../../migrations/migrate.ts';

/** The migrations of a contact node's settings, oldest first. */
export const contactMigrations: readonly Migration[] = [
  {
    version: 1,
    // Adds settings that a hand-written node lacks.
    upgrade: (settings) => ({
      task: 'find',
      phoneNumber: 'payload.phoneNumber',
      phoneNumberType: 'msg',
      contacts: 'contacts',
      contactsType: 'flow',
      contactsText: '',
      numberFields: '',
      country: 'RO',
      ...settings,
    }),
  },
];
