import type { INodeProperties } from 'n8n-workflow';
import { AccoladesAccountApi } from '../../credentials/AccoladesAccountApi.credentials.ts';
import { AccoladesAgentApi } from '../../credentials/AccoladesAgentApi.credentials.ts';
import { AccoladesWebhookApi } from '../../credentials/AccoladesWebhookApi.credentials.ts';
import { Accolades } from '../../nodes/Accolades/Accolades.node.ts';
import { AccoladesCallEndedTrigger } from '../../nodes/AccoladesCallEndedTrigger/AccoladesCallEndedTrigger.node.ts';
import { AccoladesTrigger } from '../../nodes/AccoladesTrigger/AccoladesTrigger.node.ts';
import { AccoladesWebhookTrigger } from '../../nodes/AccoladesWebhookTrigger/AccoladesWebhookTrigger.node.ts';

/** What does the same in n8n. */
export interface Counterpart {
  readonly title: string;
  readonly properties: readonly INodeProperties[];
  /** Only what is shown for this resource. */
  readonly resource?: string;
}

/** One page of the documentation, for both hosts. */
export interface NodePage {
  /** The type in Node-RED, which names the page, too. */
  readonly type: string;
  readonly title: string;
  readonly n8n: readonly Counterpart[];
}

const accolades = new Accolades().description.properties;

export const NODE_PAGES: readonly NodePage[] = [
  {
    type: 'accolades-agent',
    title: 'Agents',
    n8n: [{ title: 'Credential “Accolades Agent API”', properties: new AccoladesAgentApi().properties }],
  },
  {
    type: 'accolades-call',
    title: 'Calls',
    n8n: [{ title: 'Accolades Trigger', properties: new AccoladesTrigger().description.properties }],
  },
  {
    type: 'accolades-request',
    title: 'Requests to an agent’s session',
    n8n: [{ title: 'Accolades, resource “Agent”', properties: accolades, resource: 'agent' }],
  },
  {
    type: 'accolades-account',
    title: 'Accounts',
    n8n: [{ title: 'Credential “Accolades Account API”', properties: new AccoladesAccountApi().properties }],
  },
  {
    type: 'accolades-command',
    title: 'Commands: click-to-call, ping',
    n8n: [
      { title: 'Accolades, resource “Call”', properties: accolades, resource: 'call' },
      { title: 'Accolades, resource “Account”', properties: accolades, resource: 'account' },
    ],
  },
  {
    type: 'accolades-webhook',
    title: 'Requests from Accolades',
    n8n: [
      {
        title: 'Accolades Webhook Trigger',
        properties: new AccoladesWebhookTrigger().description.properties,
      },
      {
        title: 'Accolades Call Ended Trigger',
        properties: new AccoladesCallEndedTrigger().description.properties,
      },
      { title: 'Credential “Accolades Webhook API”', properties: new AccoladesWebhookApi().properties },
    ],
  },
  {
    type: 'accolades-reply',
    title: 'Replies to Accolades',
    n8n: [{ title: 'Accolades, resource “Reply”', properties: accolades, resource: 'reply' }],
  },
  {
    type: 'accolades-contact',
    title: 'Contacts: who is calling',
    n8n: [{ title: 'Accolades, resource “Phone Number”', properties: accolades, resource: 'phoneNumber' }],
  },
];
