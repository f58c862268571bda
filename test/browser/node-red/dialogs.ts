import { expect } from 'chai';
import type { Locator } from 'playwright-core';
import { picture } from '../support/pictures.ts';
import type { NodeRedEditor } from './editor.ts';
import { closePage, type NodeRedRig } from './rig.ts';

/** The node types in palette order, with the property that refers to their configuration node. */
export const PALETTE: readonly { readonly type: string; readonly config?: string }[] = [
  { type: 'accolades-call', config: 'agent' },
  { type: 'accolades-request' },
  { type: 'accolades-command', config: 'account' },
  { type: 'accolades-contact' },
  { type: 'accolades-webhook' },
  { type: 'accolades-reply' },
];

/** What a field marks, and what it takes. */
export interface WrongValue {
  readonly field: string;
  readonly wrong: string;
  readonly right: string;
  /** The tooltip of the marked field; null for a typed input, which Node-RED only colours. */
  readonly says: RegExp | null;
}

const AGENT: readonly WrongValue[] = [
  { field: 'idCrm', wrong: 'two words', right: 'f8cb549544', says: /idCrm/ },
  { field: 'idCrm', wrong: 'A=f8cb549544, A=a1b2c3d4e5', right: 'A=f8cb549544', says: /“A”/ },
  { field: 'url', wrong: 'https://client.voipit.ro', right: 'wss://client.voipit.ro:14327', says: /wss:/ },
  { field: 'country', wrong: 'Romania', right: 'RO', says: /two letters/ },
];

const ACCOUNT: readonly WrongValue[] = [
  { field: 'accountNumber', wrong: 'a/b', right: '12345', says: /account/i },
  { field: 'password', wrong: '', right: 'secret-of-the-api', says: /password/i },
  { field: 'url', wrong: 'wss://client.voipit.ro', right: 'https://client.voipit.ro', says: /https:/ },
];

const CALL: readonly WrongValue[] = [
  { field: 'numbers', wrong: '/(/', right: '0721, /^021\\d+$/', says: /expression/ },
];

const COMMAND: readonly WrongValue[] = [
  { field: 'deviceId', wrong: '2 7', right: '27', says: null },
  { field: 'country', wrong: 'R', right: 'DE', says: /two letters/ },
];

const CONTACT: readonly WrongValue[] = [
  { field: 'numberFields', wrong: 'a,'.repeat(51), right: 'phone, mobile', says: /50 fields/ },
  { field: 'country', wrong: 'Romania', right: 'RO', says: /two letters/ },
];

/** The row of a field, including its label. */
const rowOf = (editor: NodeRedEditor, field: string): Locator =>
  editor.dialog.locator('.form-row', {
    has: editor.page.locator(`#node-input-${field}, #node-config-input-${field}`),
  });

const marked = (editor: NodeRedEditor, field: string): Locator =>
  rowOf(editor, field).locator('.input-error:visible');

/** The input that the user types into. */
async function boxIn(editor: NodeRedEditor, field: string): Promise<Locator> {
  const typed = rowOf(editor, field).locator('.red-ui-typedInput-input-wrap input');
  return (await typed.count()) > 0 ? typed.first() : editor.field(field);
}

async function type(editor: NodeRedEditor, field: string, value: string): Promise<void> {
  const box = await boxIn(editor, field);
  await box.fill(value);
  await box.blur();
}

/** Enters a wrong value, checks that the field says what is wrong, and corrects it. */
export async function checkMarks(editor: NodeRedEditor, cases: readonly WrongValue[]): Promise<void> {
  for (const { field, wrong, right, says } of cases) {
    await type(editor, field, right);
    await marked(editor, field).waitFor({ state: 'detached' });
    await type(editor, field, wrong);
    await marked(editor, field).waitFor();
    if (says !== null) {
      // The tooltip appears when the pointer enters the field, so move the pointer away first.
      await editor.page.mouse.move(5, 5);
      await (await boxIn(editor, field)).hover();
      await editor.page.locator('.red-ui-popover', { hasText: says }).first().waitFor();
    }
    await type(editor, field, right);
    await marked(editor, field).waitFor({ state: 'detached' });
    await editor.page.mouse.move(5, 5);
    await editor.page.locator('.red-ui-popover').first().waitFor({ state: 'detached' });
  }
}

/** Checks for missing, truncated and overlapping texts. */
export async function checkLook(editor: NodeRedEditor, name: string): Promise<void> {
  const form = editor.dialog.locator('.accolades-form');
  expect(await form.innerText(), name).not.to.match(/accolades-\w+\.\w/);
  const wide = await editor.page.evaluate<string[]>(`
    [...document.querySelectorAll('.accolades-form label, .accolades-form .accolades-hint, .accolades-form button')]
      .filter((element) => element.checkVisibility() && element.scrollWidth > element.clientWidth + 1)
      .map((element) => element.textContent.trim())`);
  expect(wide, `${name}: texts that do not fit`).to.deep.equal([]);
  const tall = await editor.page.evaluate<string[]>(`
    [...document.querySelectorAll('.accolades-form .form-row > label')]
      .filter((label) => label.checkVisibility() && label.getClientRects()[0].height > 44)
      .map((label) => label.textContent.trim())`);
  expect(tall, `${name}: labels of more than two lines`).to.deep.equal([]);
}

/** The outputs of a node on the canvas. */
const outputsOf = (node: Locator): Promise<number> => node.locator('.red-ui-flow-port-output').count();

/** Every dialog opens, is readable, and marks wrong values while the user types. */
export function dialogs(rig: () => NodeRedRig): void {
  describe('dialogs', () => {
    for (const { locale, tag, label } of [
      { locale: 'en-US', tag: 'en', label: 'Name' },
      { locale: 'ro-RO', tag: 'ro', label: 'Nume' },
    ]) {
      it(`open for each node of the palette, whole and readable (${tag})`, async () => {
        const editor = await rig().open([], { locale });
        for (const [index, { type: name, config }] of PALETTE.entries()) {
          const node = await editor.drag(name, { x: 220, y: 60 + index * 70 });
          await editor.edit(node);
          await editor.dialog.locator('.form-row > label').getByText(label, { exact: true }).waitFor();
          await checkLook(editor, name);
          await picture(editor.page, `dialogs/${tag}-${name}`);
          if (config !== undefined) {
            await editor.addConfig(config);
            await checkLook(editor, config);
            await picture(editor.page, `dialogs/${tag}-accolades-${config}`);
          }
          await editor.cancel();
        }
        await picture(editor.page, `dialogs/${tag}-canvas`);
        await closePage(editor.page);
      });
    }

    it('mark wrong values in an agent and in a call node', async () => {
      const editor = await rig().open();
      await editor.edit(await editor.drag('accolades-call', { x: 220, y: 100 }));
      // The node cannot work without an agent.
      await marked(editor, 'agent').waitFor();
      await checkMarks(editor, CALL);
      const noEvent = editor.dialog.getByText('Choose at least one event.');
      await editor.field('event-incomingCall').uncheck();
      await editor.field('event-outgoingCall').uncheck();
      await noEvent.waitFor();
      await editor.field('event-incomingCall').check();
      await noEvent.waitFor({ state: 'hidden' });
      await editor.addConfig('agent');
      await marked(editor, 'idCrm').waitFor();
      await checkMarks(editor, AGENT);
      await editor.saveConfig();
      await marked(editor, 'agent').waitFor({ state: 'detached' });
      await closePage(editor.page);
    });

    it('mark wrong values in an account and in a command node', async () => {
      const editor = await rig().open();
      await editor.edit(await editor.drag('accolades-command', { x: 220, y: 100 }));
      await marked(editor, 'account').waitFor();
      await checkMarks(editor, COMMAND);
      await editor.field('command').selectOption('ping');
      await editor.field('country').waitFor({ state: 'hidden' });
      await editor.addConfig('account');
      await checkMarks(editor, ACCOUNT);
      await editor.saveConfig();
      await marked(editor, 'account').waitFor({ state: 'detached' });
      await closePage(editor.page);
    });

    it('mark wrong values in a contact node, and show its outputs and the text of contacts', async () => {
      const editor = await rig().open();
      const node = await editor.drag('accolades-contact', { x: 220, y: 100 });
      expect(await outputsOf(node)).to.equal(3);
      await editor.edit(node);
      await checkMarks(editor, CONTACT);
      await editor.field('contactsText').waitFor({ state: 'hidden' });
      await rowOf(editor, 'contacts').locator('.red-ui-typedInput-type-select').click();
      await editor.page.locator('.red-ui-typedInput-options a', { hasText: 'CSV or vCards' }).click();
      await editor.field('contactsText').fill('name,phone\nAna Pop,0211234567');
      await picture(editor.page, 'dialogs/contact-text');
      await editor.field('task').selectOption('parse');
      await editor.field('contactsText').waitFor({ state: 'hidden' });
      await editor.save();
      expect(await outputsOf(node)).to.equal(1);
      await editor.edit(node);
      await editor.field('task').selectOption('find');
      expect(await editor.field('contactsText').inputValue()).to.equal('name,phone\nAna Pop,0211234567');
      await editor.save();
      expect(await outputsOf(node)).to.equal(3);
      await closePage(editor.page);
    });
  });
}
