import { expect } from 'chai';
import { expectNoSecret } from '../../hosts/secrets.ts';
import { picture } from '../support/pictures.ts';
import type { NodeRedEditor } from './editor.ts';
import { closePage, FRONT_DESK, SALES, type NodeRedRig } from './rig.ts';

const UNKNOWN = '0000deadbeef';

/** Clicks the test button of the open dialog; returns the result line once it matches. */
async function test(editor: NodeRedEditor, type: string, says: RegExp): Promise<string> {
  await editor.dialog.locator(`#${type}-test`).click();
  const line = editor.dialog.locator(`#${type}-test-result`);
  await line.filter({ hasText: says }).waitFor();
  return line.innerText();
}

/** The test buttons of the configuration nodes, and pasting a list of agents. */
export function connectionTests(rig: () => NodeRedRig): void {
  describe('the test button', () => {
    it('of an agent says whether it can be connected, and as whom', async () => {
      const { simulator } = rig();
      const editor = await rig().open();
      const call = await editor.drag('accolades-call', { x: 220, y: 100 });
      await editor.edit(call);
      await editor.addConfig('agent');
      await editor.field('url').fill(simulator.url);
      const said: string[] = [];
      await editor.field('idCrm').fill(UNKNOWN);
      said.push(await test(editor, 'accolades-agent', /knows no logged-in agent/));
      await editor.dialog.locator('#accolades-agent-test-result.accolades-problem').waitFor();
      await editor.field('idCrm').fill(FRONT_DESK);
      await editor.field('name').fill('Reception');
      await editor.dialog.getByText('One agent: Reception').waitFor();
      said.push(
        await test(
          editor,
          'accolades-agent',
          /^Connected as Reception: agent \d+, phone \d+, account \d+\.$/,
        ),
      );
      await editor.dialog.locator('#accolades-agent-test-result:not(.accolades-problem)').waitFor();
      await picture(editor.page, 'node-red-agent-test');
      await editor.saveConfig();
      await editor.save();
      await editor.deploy();
      await editor.status(call).getByText('connected').waitFor();
      await editor.edit(call);
      await editor.editConfig('agent');
      // The browser no longer has the idCrm.
      said.push(await test(editor, 'accolades-agent', /already connected as Reception/));
      expect(simulator.sessions()).to.have.lengthOf(1);
      await editor.field('url').fill('ws://127.0.0.1:9');
      said.push(await test(editor, 'accolades-agent', /Type it again/));
      await editor.field('idCrm').fill(FRONT_DESK);
      said.push(await test(editor, 'accolades-agent', /Nothing answers at this address/));
      expectNoSecret('the answers', said.join('\n'), [FRONT_DESK, UNKNOWN]);
      await closePage(editor.page);
    });

    it('of an account says what is wrong', async () => {
      const editor = await rig().open();
      await editor.edit(await editor.drag('accolades-command', { x: 220, y: 100 }));
      await editor.addConfig('account');
      await editor.field('accountNumber').fill('100200');
      await editor.field('password').fill('api-P4ss!word');
      await editor.field('url').fill('http://127.0.0.1:9');
      const said = await test(editor, 'accolades-account', /Nothing answers|cannot be reached/);
      expectNoSecret('the answer', said, ['api-P4ss!word']);
      await closePage(editor.page);
    });
  });

  describe('a list of agents', () => {
    it('that is pasted with one on each line is read as several', async () => {
      const editor = await rig().open();
      const { page } = editor;
      await editor.edit(await editor.drag('accolades-call', { x: 220, y: 100 }));
      await editor.addConfig('agent');
      await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(`${FRONT_DESK}\n${SALES}\n`)})`);
      await editor.field('idCrm').click();
      await page.keyboard.press('Control+V');
      await editor.dialog.getByText('2 agents: agent 1, agent 2').waitFor();
      await closePage(page);
    });
  });
}
