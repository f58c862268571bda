import type { ICredentialType, INodeProperties } from 'n8n-workflow';

const idCrm: INodeProperties = {
  displayName: 'idCrm',
  name: 'idCrm',
  type: 'string',
  typeOptions: { password: true },
  required: true,
  default: '',
  placeholder: 'f8cb549544',
  hint: 'In Accolades: Call center → Agent, PHONE, External CRM. For several agents, separated by commas: <code>Front desk=f8cb549544, Sales=77aa0192bc</code>',
  description:
    "The agent's id as the Accolades web page shows it under PHONE, External CRM. Several agents are separated by commas, each " +
    'written as its idCrm or as name=idCrm; the name then tells the agents apart in messages and in the log. One agent without ' +
    'a name takes the name of this credential. The field has one line: a list with one agent on each line belongs into an ' +
    'expression, where new lines separate, too. An idCrm is a secret: whoever has it can see which calls this agent gets.',
};

const url: INodeProperties = {
  displayName: 'Server URL',
  name: 'url',
  type: 'string',
  default: 'wss://client.voipit.ro:14327',
  placeholder: 'wss://client.voipit.ro:14327',
  description:
    'Address of the Accolades WebSocket API. With ws:// instead of wss:// nothing is encrypted: only use that on this machine.',
};

const notEncrypted: INodeProperties = {
  displayName:
    'With ws:// nothing is encrypted: whoever is on the way can read the idCrm and every call. Use it only for a server on this machine.',
  name: 'notEncrypted',
  type: 'notice',
  default: '',
  displayOptions: { show: { url: [{ _cnd: { startsWith: 'ws://' } }] } },
};

const allowUnauthorizedCerts: INodeProperties = {
  displayName: 'Allow Unauthorized Certificates',
  name: 'allowUnauthorizedCerts',
  type: 'boolean',
  default: false,
  description:
    'Whether to connect even if the certificate of the server cannot be verified. Anybody on the way could then read the idCrm and the calls.',
};

const notVerified: INodeProperties = {
  displayName:
    'The certificate is not verified: whoever is on the way can pretend to be the server, and read the idCrm and every call.',
  name: 'notVerified',
  type: 'notice',
  default: '',
  displayOptions: { show: { allowUnauthorizedCerts: [true] } },
};

const rules: INodeProperties = {
  displayName:
    "Accolades accepts the connection only while the agent is logged in under Call center → Agent with a phone linked, only from the same public IP address as the agent's browser, " +
    'and only one per agent. The nodes of this n8n share one; another program with the same idCrm cannot be connected at the same time, nor a connector that is set in the Accolades account.',
  name: 'rules',
  type: 'notice',
  default: '',
};

/** One Accolades agent, or several, for the WebSocket API. Tested by the trigger node. */
export class AccoladesAgentApi implements ICredentialType {
  name = 'accoladesAgentApi';

  displayName = 'Accolades Agent API';

  icon = {
    light: 'file:../nodes/shared/accolades.svg',
    dark: 'file:../nodes/shared/accolades.dark.svg',
  } as const;

  documentationUrl = 'https://help.accolades.ro';

  properties: INodeProperties[] = [rules, idCrm, url, notEncrypted, allowUnauthorizedCerts, notVerified];
}
