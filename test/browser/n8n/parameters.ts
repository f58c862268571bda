import { expect } from 'chai';
import { waitUntil } from '../../../hosts/deadline.ts';
import type { JsonObject } from '../../../hosts/guards.ts';
import type { N8nWorkflowInput, N8nWorkflowNode } from '../../../hosts/n8n/client.ts';
import { picture } from '../support/pictures.ts';
import type { N8nRig } from './rig.ts';

interface Case {
  readonly name: string;
  readonly type: string;
  readonly parameters: JsonObject;
  /** The visible parameters, in order. */
  readonly shown: readonly string[];
  /** A text that the dialog must show, or must not show, with these choices. */
  readonly says?: RegExp;
  readonly hides?: RegExp;
}

const CASES: readonly Case[] = [
  {
    name: 'Calls',
    type: 'accoladesTrigger',
    parameters: { events: ['incomingCall'] },
    shown: ['events', 'callSource'],
    says: /one connection per agent/,
    hides: /First Ring Only compares/,
  },
  {
    name: 'Agents come and go',
    type: 'accoladesTrigger',
    parameters: { events: ['agentConnected'], options: { firstRingOnly: true } },
    shown: ['events', 'firstRingOnly'],
    says: /First Ring Only compares/,
  },
  {
    name: 'Dial',
    type: 'accolades',
    parameters: { resource: 'call', operation: 'dial' },
    shown: ['resource', 'operation', 'deviceId', 'phoneNumber'],
    says: /Accolades Account API/,
  },
  {
    name: 'Configuration',
    type: 'accolades',
    parameters: { resource: 'agent', operation: 'getConfiguration' },
    shown: ['resource', 'operation', 'agentName', 'parse'],
    says: /live connection/,
  },
  {
    name: 'Version',
    type: 'accolades',
    parameters: { resource: 'agent', operation: 'getVersion' },
    shown: ['resource', 'operation', 'agentName'],
  },
  {
    name: 'Status',
    type: 'accolades',
    parameters: { resource: 'agent', operation: 'getStatus' },
    shown: ['resource', 'operation', 'agentName'],
    says: /no published trigger has/,
  },
  {
    name: 'Ping',
    type: 'accolades',
    parameters: { resource: 'account', operation: 'ping' },
    shown: ['resource', 'operation'],
  },
  {
    name: 'Answer with fields',
    type: 'accolades',
    parameters: { resource: 'reply', operation: 'ivr' },
    shown: ['resource', 'operation', 'replyToken', 'specifyVariables'],
    says: /Add variable/,
    hides: /Credential/,
  },
  {
    name: 'Answer with JSON',
    type: 'accolades',
    parameters: { resource: 'reply', operation: 'ivr', specifyVariables: 'json' },
    shown: ['resource', 'operation', 'replyToken', 'specifyVariables', 'variablesJson'],
    hides: /Add variable/,
  },
  {
    name: 'Extend',
    type: 'accolades',
    parameters: { resource: 'reply', operation: 'confirmHangup', decision: 'extend' },
    shown: ['resource', 'operation', 'replyToken', 'decision', 'seconds'],
  },
  {
    name: 'Drop',
    type: 'accolades',
    parameters: { resource: 'reply', operation: 'confirmHangup', decision: 'drop' },
    shown: ['resource', 'operation', 'replyToken', 'decision'],
  },
  {
    name: 'Find',
    type: 'accolades',
    parameters: { resource: 'phoneNumber', operation: 'findContact', contactsFrom: 'text' },
    shown: ['resource', 'operation', 'phoneNumber', 'contactsFrom', 'contactsText'],
    hides: /Credential/,
  },
  {
    name: 'Ended calls',
    type: 'accoladesCallEndedTrigger',
    parameters: { path: 'ended' },
    shown: [
      ...['notificationsFrom', 'path', 'secretPlace'],
      ...['events', 'waitAnswered', 'waitUnanswered', 'hangups'],
    ],
    says: /hangs\s+up the call/,
  },
  {
    name: 'Ended calls of a webhook',
    type: 'accoladesCallEndedTrigger',
    parameters: { notificationsFrom: 'webhookTrigger', webhookTriggerPath: 'accolades' },
    shown: [
      ...['notificationsFrom', 'webhookTriggerPath'],
      ...['events', 'waitAnswered', 'waitUnanswered', 'hangups'],
    ],
    says: /Publish that Webhook Trigger, too/,
    hides: /hangs\s+up the call/,
  },
];

const node = ({ name, type, parameters }: Case, index: number): N8nWorkflowNode => ({
  id: `node-${index}`,
  name,
  type: `n8n-nodes-accolades.${type}`,
  typeVersion: type === 'accolades' || type === 'accoladesTrigger' ? 1 : 1.1,
  position: [(index % 5) * 240, Math.floor(index / 5) * 220],
  parameters,
});

/** Our nodes' dialogs show the parameters that fit the current choices. */
export function parameters(rig: () => N8nRig): void {
  describe('parameters', () => {
    it('fit the choices', async () => {
      const workflow: N8nWorkflowInput = { name: 'All nodes', nodes: CASES.map(node), connections: {} };
      const editor = await rig().open(workflow);
      await editor.canvasNode('Drop').waitFor();
      await picture(editor.page, 'n8n-all-nodes');
      for (const { name, shown, says, hides } of CASES) {
        await editor.edit(name);
        // n8n renders a dialog in steps.
        let [texts, names]: [string, string[]] = ['', []];
        await waitUntil(
          `the dialog of ${name}`,
          async () => {
            [texts, names] = [await editor.parameterTexts(), await editor.parameters()];
            return names.join() === shown.join() && (says === undefined || says.test(texts));
          },
          { deadlineMs: 10_000, details: () => `It shows ${names.join(', ')}:\n${texts}` },
        );
        if (hides !== undefined) expect(texts, name).not.to.match(hides);
        await picture(editor.page, `n8n-parameters/${name}`);
        await editor.closeDialog();
      }
      await editor.page.context().close();
    });

    it('of the webhook trigger depend on the secret’s location', async () => {
      const webhook = (name: string, parametersOf: JsonObject, index: number): N8nWorkflowNode =>
        node({ name, type: 'accoladesWebhookTrigger', parameters: parametersOf, shown: [] }, index);
      const editor = await rig().open({
        name: 'Webhooks',
        nodes: [
          webhook('Flow answers', { path: 'accolades' }, 0),
          webhook('No secret', { path: 'accolades-open', secretPlace: 'none' }, 1),
        ],
        connections: {},
      });
      await editor.canvasNode('No secret').waitFor();
      await editor.edit('Flow answers');
      await editor.page.getByText('Webhook URLs').click();
      await editor.page
        .getByText(/\/webhook-test\/.*accolades/)
        .first()
        .waitFor();
      expect(await editor.parameterTexts()).to.match(/hangs\s+up the call/);
      await picture(editor.page, 'n8n-parameters/webhook');
      await editor.closeDialog();
      await editor.edit('No secret');
      await picture(editor.page, 'n8n-parameters/webhook-open');
      await editor.page.context().close();
    });

    it('of the webhook trigger come and go with the place of the secret and the events', async () => {
      const editor = await rig().open({
        name: 'Webhook choices',
        nodes: [node({ name: 'Choices', type: 'accoladesWebhookTrigger', parameters: {}, shown: [] }, 0)],
        connections: {},
      });
      await editor.edit('Choices');
      const expectShown = async (names: readonly string[], secret: boolean): Promise<void> => {
        await waitUntil(
          `the parameters ${names.join(', ')}, with ${secret ? 'a credential' : 'a warning'}`,
          async () => {
            const texts = await editor.parameterTexts();
            return (
              (await editor.parameters()).join() === names.join() &&
              /Credential|Accolades Webhook API/.test(texts) === secret &&
              /Without a secret, anybody/.test(texts) !== secret
            );
          },
          { deadlineMs: 10_000 },
        );
      };
      // By default the node receives notifications, of which none waits for an answer.
      await expectShown(['receives', 'path', 'secretPlace', 'events'], true);
      await editor.choose('secretPlace', 'Parameter');
      await expectShown(['receives', 'path', 'secretPlace', 'secretParameter', 'events'], true);
      await editor.choose('secretPlace', 'Nowhere');
      await expectShown(['receives', 'path', 'secretPlace', 'events'], false);
      await picture(editor.page, 'n8n-parameters/webhook-nowhere');
      await editor.choose('secretPlace', 'Path');
      await editor.choose('events', 'Confirm Hang-Up');
      await expectShown(['receives', 'path', 'secretPlace', 'events', 'respond'], true);
      await editor.choose('receives', 'IVR Requests');
      await expectShown(['receives', 'path', 'secretPlace', 'respond'], true);
      await editor.choose('receives', 'Events of the Browser Connector');
      await expectShown(['receives', 'path', 'secretPlace', 'events', 'callSource', 'screenPop'], true);
      await picture(editor.page, 'n8n-parameters/webhook-connector');
      await editor.page.context().close();
    });
  });
}
