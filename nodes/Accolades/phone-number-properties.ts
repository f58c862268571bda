import type { INodeProperties } from 'n8n-workflow';

const show = { resource: ['phoneNumber'] };
const showFind = { ...show, operation: ['findContact'] };

const country: INodeProperties = {
  displayName: 'Country',
  name: 'country',
  type: 'string',
  default: 'RO',
  placeholder: 'RO',
  description:
    'Where phone numbers without a country code are at home, as a code of two letters (ISO 3166), such as RO or DE',
};

export const phoneNumberProperties: INodeProperties[] = [
  {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show },
    default: 'findContact',
    options: [
      {
        name: 'Find Contact',
        value: 'findContact',
        action: 'Find the contact of a phone number',
        description: 'Find who has a phone number, in contacts that hold numbers in any form',
      },
      {
        name: 'Parse',
        value: 'parse',
        action: 'Parse a phone number',
        description: 'Read a phone number from any text, and list every usual way to write it',
      },
    ],
  },
  {
    displayName: 'Phone Number',
    name: 'phoneNumber',
    type: 'string',
    required: true,
    default: '={{ $json.phoneNumber }}',
    placeholder: 'e.g. 021 123 4567',
    displayOptions: { show },
    description: 'The number, in any form: 021 123 4567, +40 21 123 4567, 0040211234567',
  },
  {
    displayName: 'Contacts From',
    name: 'contactsFrom',
    type: 'options',
    noDataExpression: true,
    default: 'input',
    displayOptions: { show: showFind },
    description: 'Where the contacts are. They are read once, for all items.',
    options: [
      { name: 'JSON', value: 'json', description: 'A list of contacts, such as the result of an expression' },
      {
        name: 'Second Input',
        value: 'input',
        description: 'The items of the node that is connected to the input Contacts, one contact each',
      },
      { name: 'Text', value: 'text', description: 'The text of a CSV file or of vCards' },
    ],
  },
  {
    displayName: 'Contacts',
    name: 'contactsJson',
    type: 'json',
    required: true,
    default: '[\n  { "name": "Ana Pop", "phone": "021 123 4567" }\n]',
    displayOptions: { show: { ...showFind, contactsFrom: ['json'] } },
    description: 'A list of objects, or the answer of a service that holds one',
  },
  {
    displayName: 'Contacts',
    name: 'contactsText',
    type: 'string',
    typeOptions: { rows: 5 },
    required: true,
    default: '',
    placeholder: 'name,phone\nAna Pop,021 123 4567',
    displayOptions: { show: { ...showFind, contactsFrom: ['text'] } },
    description: 'CSV with the names of the columns in its first row, or vCards',
  },
  {
    displayName: 'Options',
    name: 'findOptions',
    type: 'collection',
    placeholder: 'Add option',
    default: {},
    displayOptions: { show: showFind },
    options: [
      country,
      {
        displayName: 'Number Fields',
        name: 'numberFields',
        type: 'string',
        default: '',
        placeholder: 'e.g. phone, mobile, properties.phone',
        description:
          'The names of the fields of a contact that hold numbers, separated by commas. Empty: they are found by their names, ' +
          'in English and Romanian, such as phone, Mobile Phone, telefon or tel.',
      },
    ],
  },
  {
    displayName: 'Options',
    name: 'parseOptions',
    type: 'collection',
    placeholder: 'Add option',
    default: {},
    displayOptions: { show: { ...show, operation: ['parse'] } },
    options: [country],
  },
];
