import type { ICredentialType, INodeProperties } from 'n8n-workflow';

const secret: INodeProperties = {
  displayName: 'Secret',
  name: 'secret',
  type: 'string',
  typeOptions: { password: true },
  required: true,
  default: '',
  description:
    'What Accolades must send with each request, so that nobody else can start the workflow: at least 16 letters, digits, dashes, dots, ' +
    'underscores or tildes. Make a long random one, for example with a password manager, and put the same into the path (or as a parameter) that is set in Accolades.',
};

/** The secret that Accolades sends with each request. Checked when the workflow is published. */
export class AccoladesWebhookApi implements ICredentialType {
  name = 'accoladesWebhookApi';

  displayName = 'Accolades Webhook API';

  icon = {
    light: 'file:../nodes/shared/accolades.svg',
    dark: 'file:../nodes/shared/accolades.dark.svg',
  } as const;

  documentationUrl = 'https://help.accolades.ro';

  properties: INodeProperties[] = [secret];
}
