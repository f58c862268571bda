import { expect } from 'chai';
import { picture } from '../support/pictures.ts';
import { checkLook, checkMarks, type WrongValue } from './dialogs.ts';
import type { NodeRedEditor } from './editor.ts';
import { closePage, type NodeRedRig } from './rig.ts';

type Purpose = 'notifications' | 'ivr' | 'connector';

const ALWAYS = [
  'name',
  'receives',
  'path',
  'secret',
  'country',
  'secretParameter',
  'allowedAddresses',
  'trustedProxies',
  'maxBodyBytes',
];

/** The fields that a new node shows for each purpose, in addition to those above. */
const FIELDS: Readonly<Record<Purpose, readonly string[]>> = {
  notifications: [
    'event-callEnded',
    'event-missedCall',
    'event-answer',
    'event-hangup',
    'event-confirmHangup',
    'event-otherNotification',
    'splitOutputs',
    'waitAnswered',
    'waitUnanswered',
    'hangups',
    'phoneField',
    'durationField',
  ],
  ivr: ['method', 'flowAnswersIvr', 'ivrFallback', 'replyLimitMs'],
  connector: [
    'event-incomingCall',
    'event-outgoingCall',
    'event-agentConnected',
    'event-agentDisconnected',
    'splitOutputs',
    'callSource',
    'numbers',
    'firstRingOnly',
    'flowPopsScreen',
  ],
};

const ANY: readonly WrongValue[] = [
  { field: 'path', wrong: '/a?b', right: '/accolades', says: /path/i },
  { field: 'country', wrong: 'ROU', right: 'RO', says: /two letters/ },
  { field: 'allowedAddresses', wrong: 'example.com', right: '203.0.113.0/24', says: /addresses/ },
  { field: 'trustedProxies', wrong: 'many', right: '1', says: /proxies/ },
  { field: 'maxBodyBytes', wrong: '12', right: '65536', says: /bytes/ },
];

const OF_PURPOSE: Readonly<Record<Purpose, readonly WrongValue[]>> = {
  notifications: [
    { field: 'waitAnswered', wrong: '3601', right: '30', says: /seconds from 0 to 3600/ },
    { field: 'waitUnanswered', wrong: 'x', right: '90', says: /seconds from 0 to 3600/ },
  ],
  ivr: [
    { field: 'ivrFallback', wrong: '[1]', right: '{"status":"unknown"}', says: /JSON object/ },
    { field: 'replyLimitMs', wrong: '99', right: '5000', says: /milliseconds/ },
  ],
  connector: [{ field: 'numbers', wrong: '/(/', right: '0721', says: /expression/ }],
};

const PURPOSES = ['notifications', 'ivr', 'connector'] as const satisfies readonly Purpose[];

/** The settings whose fields are visible. */
const shownFields = (editor: NodeRedEditor): Promise<string[]> =>
  editor.page.evaluate<string[]>(`
    [...document.querySelectorAll('.accolades-form [id^="node-input-"]')]
      .filter((element) => element.checkVisibility())
      .map((element) => element.id.slice('node-input-'.length))`);

async function unfold(editor: NodeRedEditor): Promise<void> {
  for (const fold of await editor.dialog.locator('summary').all()) await fold.click();
}

/** The dialog of a webhook node shows what belongs to the purpose that is chosen in it. */
export function webhookDialog(rig: () => NodeRedRig): void {
  describe('the dialog of a webhook node', () => {
    for (const { locale, tag } of [
      { locale: 'en-US', tag: 'en' },
      { locale: 'ro-RO', tag: 'ro' },
    ]) {
      it(`shows only the fields of each purpose, whole and readable (${tag})`, async () => {
        const editor = await rig().open([], { locale });
        await editor.edit(await editor.drag('accolades-webhook', { x: 220, y: 100 }));
        await unfold(editor);
        expect(await editor.field('receives').inputValue()).to.equal('notifications');
        expect(await editor.field('event-callEnded').isChecked()).to.equal(true);
        for (const purpose of PURPOSES) {
          await editor.field('receives').selectOption(purpose);
          expect(await shownFields(editor), purpose).to.have.members([...ALWAYS, ...FIELDS[purpose]]);
          await checkLook(editor, purpose);
          await picture(editor.page, `dialogs/${tag}-accolades-webhook-${purpose}`);
        }
        await closePage(editor.page);
      });
    }

    it('marks wrong values of the chosen purpose', async () => {
      const editor = await rig().open();
      await editor.edit(await editor.drag('accolades-webhook', { x: 220, y: 100 }));
      await editor.field('trustedProxies').waitFor({ state: 'hidden' });
      await unfold(editor);
      await checkMarks(editor, ANY);
      for (const purpose of PURPOSES) {
        await editor.field('receives').selectOption(purpose);
        await checkMarks(editor, OF_PURPOSE[purpose]);
      }
      await closePage(editor.page);
    });

    it('keeps the purpose and its events, and shows the fields of the chosen events', async () => {
      const editor = await rig().open();
      const node = await editor.drag('accolades-webhook', { x: 220, y: 100 });
      await editor.edit(node);
      const open = editor.dialog.getByText('Without a secret', { exact: false });
      await open.waitFor();
      await editor.dialog.getByText('Generate', { exact: true }).click();
      await editor.dialog.getByText(/Set in Accolades: http.*\/accolades\/[0-9a-f]{32}$/).waitFor();
      await open.waitFor({ state: 'hidden' });
      await editor.field('event-confirmHangup').check();
      await editor.field('hangupFallback').waitFor();
      await editor.field('event-callEnded').uncheck();
      await editor.field('waitAnswered').waitFor({ state: 'hidden' });
      await editor.field('event-confirmHangup').uncheck();
      const noEvent = editor.dialog.getByText('Choose at least one event.');
      await noEvent.waitFor();
      await editor.field('receives').selectOption('connector');
      await noEvent.waitFor({ state: 'hidden' });
      await editor.field('firstRingOnly').check();
      await editor.save();
      await editor.edit(node);
      expect(await editor.field('receives').inputValue()).to.equal('connector');
      expect(await editor.field('event-incomingCall').isChecked()).to.equal(true);
      expect(await editor.field('event-agentConnected').isChecked()).to.equal(false);
      expect(await editor.field('firstRingOnly').isChecked()).to.equal(true);
      await closePage(editor.page);
    });

    it('opens a node of an earlier version with the purpose of its events', async () => {
      const old = { path: '/old', events: ['ivrRequest'], version: 1, secretParameter: 'key', outputs: 1 };
      const place = { x: 220, y: 100, wires: [[]] };
      const editor = await rig().open([
        { id: 'tab', type: 'tab', label: 'Old' },
        { id: 'old', type: 'accolades-webhook', z: 'tab', ...old, ...place },
      ]);
      await editor.edit(editor.canvasNode('/old'));
      expect(await editor.field('receives').inputValue()).to.equal('ivr');
      // A section with a setting of the user's is unfolded.
      await editor.field('secretParameter').waitFor();
      await editor.save();
      await closePage(editor.page);
    });
  });
}
