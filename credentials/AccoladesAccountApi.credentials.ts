import type { ICredentialType, INodeProperties } from 'n8n-workflow';

const rules: INodeProperties = {
  displayName:
    'Accolades blocks the IP address of whoever sends wrong passwords again and again. After a refusal this n8n therefore sends nothing ' +
    'more with the same account and password for 15 minutes. Saving a corrected password ends that at once.',
  name: 'rules',
  type: 'notice',
  default: '',
};

const accountNumber: INodeProperties = {
  displayName: 'Account Number',
  name: 'accountNumber',
  type: 'string',
  required: true,
  default: '',
  placeholder: '12345',
  description:
    'The account code. In Accolades: account info page, tab Identity. It is part of the address of each command.',
};

const password: INodeProperties = {
  displayName: 'API Password',
  name: 'password',
  type: 'string',
  typeOptions: { password: true },
  required: true,
  default: '',
  description:
    'The API password of the account, which an administrator sets where the API is activated. It is not the password of a person or a phone.',
};

const url: INodeProperties = {
  displayName: 'Server URL',
  name: 'url',
  type: 'string',
  default: 'https://client.voipit.ro',
  placeholder: 'https://client.voipit.ro',
  description:
    'Address of the Accolades REST API. With http:// instead of https:// the password is not encrypted: only use that on this machine.',
};

const notEncrypted: INodeProperties = {
  displayName:
    'With http:// nothing is encrypted: whoever is on the way can read the password and make calls with it. Use it only for a server on this machine.',
  name: 'notEncrypted',
  type: 'notice',
  default: '',
  displayOptions: { show: { url: [{ _cnd: { startsWith: 'http://' } }] } },
};

const allowUnauthorizedCerts: INodeProperties = {
  displayName: 'Allow Unauthorized Certificates',
  name: 'allowUnauthorizedCerts',
  type: 'boolean',
  default: false,
  description:
    'Whether to connect even if the certificate of the server cannot be verified. Anybody on the way could then read the password and the numbers.',
};

const notVerified: INodeProperties = {
  displayName:
    'The certificate is not verified: whoever is on the way can pretend to be the server, read the password and make calls with it.',
  name: 'notVerified',
  type: 'notice',
  default: '',
  displayOptions: { show: { allowUnauthorizedCerts: [true] } },
};

/** One Accolades account, for the REST API. Tested by the node Accolades, with a `ping`. */
export class AccoladesAccountApi implements ICredentialType {
  name = 'accoladesAccountApi';

  displayName = 'Accolades Account API';

  icon = {
    light: 'file:../nodes/shared/accolades.svg',
    dark: 'file:../nodes/shared/accolades.dark.svg',
  } as const;

  documentationUrl = 'https://help.accolades.ro';

  properties: INodeProperties[] = [
    rules,
    accountNumber,
    password,
    url,
    notEncrypted,
    allowUnauthorizedCerts,
    notVerified,
  ];
}
