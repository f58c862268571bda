import type { NewContact } from './contact.ts';

/** The CRM's initial contacts. The numbers are made up. */
export const seedContacts: readonly NewContact[] = [
  {
    name: 'Maria Ionescu',
    company: 'Dental Plus',
    phone: '+40211234567',
    owner: 'Ana Pop',
    notes: 'Renewal of the support plan is due this month.',
  },
  {
    name: 'Andrei Radu',
    company: 'Radu & Sons Logistics',
    phone: '+40211234568',
    owner: 'Mihai Stan',
    notes: 'Asked for an offer for twelve phones.',
  },
  {
    name: 'Elena Dumitru',
    company: 'Hotel Carpați',
    phone: '+40268123456',
    owner: 'Ana Pop',
    notes: 'Prefers to be called in the morning.',
  },
  {
    name: 'Oliver Hughes',
    company: 'Northgate Imports',
    phone: '+442079460123',
    owner: 'Ioana Marin',
    notes: 'Speaks English only.',
  },
  {
    name: 'Ștefan Munteanu',
    company: 'Munteanu Construct',
    phone: '+40361234567',
    owner: 'Mihai Stan',
    notes: 'Open ticket: the invoice of last month.',
  },
  {
    name: 'Dana Whitfield',
    company: 'Bluebird Software',
    phone: '+12025550143',
    owner: 'Ioana Marin',
    notes: 'Trial ends on Friday.',
  },
  {
    name: 'Cristina Enache',
    company: 'Farmacia Verde',
    phone: '+40311234567',
    owner: 'Ana Pop',
    notes: 'Two locations, one account.',
  },
  {
    name: 'Paul Georgescu',
    company: 'Atelier 27',
    phone: '+40211234570',
    owner: 'Mihai Stan',
    notes: 'Wants to talk about call queues.',
  },
];
