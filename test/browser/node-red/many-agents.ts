import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { expectNoSecret } from '../../hosts/secrets.ts';
import { picture } from '../support/pictures.ts';
import { boxOf, type NodeRedEditor } from './editor.ts';
import { closePage, type NodeRedRig } from './rig.ts';

const COUNT = 300;

const agents = Array.from({ length: COUNT }, (_, index) => {
  const number = String(index + 1).padStart(3, '0');
  return { idCrm: `c0ffee5ec0de${number}`, name: `Agent ${number}` };
});
const idCrms = agents.map(({ idCrm }) => idCrm);
const LIST = agents.map(({ name, idCrm }) => `${name}=${idCrm}`).join('\n');

/** The dialog of a configuration node with as many agents as a call centre has. */
export function manyAgents(rig: () => NodeRedRig): void {
  describe('an agent dialog with 300 agents', () => {
    let simulator: Simulator;

    before(async () => {
      simulator = await createSimulator({ agents });
      for (const { idCrm } of [agents[7], agents[150], agents[299]].flatMap((agent) => agent ?? [])) {
        simulator.logout(idCrm);
      }
      simulator.faults.set(idCrms[42] ?? '', { refuseWith: 'IP_MISSMATCH' });
    });

    after(() => simulator.close());

    const rows = (editor: NodeRedEditor) => editor.dialog.locator('#accolades-agent-rows > li');
    const summary = (editor: NodeRedEditor, text: string) =>
      editor.dialog.locator('#accolades-agent-summary').getByText(text, { exact: true });

    async function search(editor: NodeRedEditor, text: string): Promise<string[]> {
      await editor.dialog.locator('#accolades-agent-search').fill(text);
      return rows(editor).locator('b').allInnerTexts();
    }

    /** Records the texts of the result line from now on, in order. */
    const watchResult = (editor: NodeRedEditor): Promise<void> =>
      editor.page.evaluate(`{
        const line = document.querySelector('#accolades-agent-test-result');
        window.said = [];
        new MutationObserver(() => window.said.push(line.textContent)).observe(line, { childList: true });
      }`);

    it('folds the names, and shows the progress and the result of the test in sight', async () => {
      const editor = await rig().open();
      const { page } = editor;
      const call = await editor.drag('accolades-call', { x: 220, y: 100 });
      await editor.edit(call);
      await editor.addConfig('agent');
      await editor.field('url').fill(simulator.url);
      await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(LIST)})`);
      await editor.field('idCrm').click();
      await page.keyboard.press('Control+V');
      await editor.dialog.getByText(/^300 agents: Agent 001, .* Agent 005 and 295 more$/).waitFor();
      await summary(editor, 'The list: 300 agents').click();
      expect(await search(editor, '')).to.have.lengthOf(COUNT);
      expect(await search(editor, 'agent 29')).to.have.lengthOf(10);
      await picture(page, 'node-red-many-agents-search');
      await summary(editor, 'The list: 300 agents').click();

      await watchResult(editor);
      const button = editor.dialog.locator('#accolades-agent-test');
      await button.click();
      const result = editor.dialog.locator('#accolades-agent-test-result');
      await result.filter({ hasText: /^4 of 300 agents cannot be connected\./ }).waitFor();
      const { y, height } = await boxOf(result);
      expect(y + height, 'the end of the result').to.be.below(900);
      const said = await page.evaluate<string[]>('window.said');
      expect(said.filter((text) => /^\d+ of 300 agents have been tried/.test(text))).not.to.deep.equal([]);
      await summary(editor, 'Tested: 296 of 300 can be connected').waitFor();
      // Failed agents come first, each with its reason.
      const failed = await rows(editor).locator('b').allInnerTexts();
      expect(failed.slice(0, 4)).to.deep.equal(['Agent 008', 'Agent 043', 'Agent 151', 'Agent 300']);
      await rows(editor).first().getByText('knows no logged-in agent', { exact: false }).waitFor();
      expect(await search(editor, 'public IP')).to.deep.equal(['Agent 043']);
      await search(editor, '');
      await picture(page, 'node-red-many-agents-test');
      expectNoSecret('the dialog', await editor.dialog.innerText(), idCrms);

      await editor.saveConfig();
      await editor.save();
      await editor.deploy();
      await editor.status(call).getByText('296/300 connected').waitFor();
      await editor.edit(call);
      await editor.editConfig('agent');
      await summary(editor, 'Deployed: 296 of 300 connected').click();
      expect(await search(editor, 'logged-in')).to.deep.equal(['Agent 008', 'Agent 151', 'Agent 300']);
      simulator.faults.clear();
      for (const { idCrm } of agents) simulator.login(idCrm);
      await picture(page, 'node-red-many-agents-deployed');
      await closePage(page);
    });
  });
}
