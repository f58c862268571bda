import { expect } from 'chai';
import { picture } from '../support/pictures.ts';
import type { N8nRig } from './rig.ts';

/** Words that users search for when they need a node like ours. */
const WORDS = ['call', 'phone', 'pbx', 'accolades', 'telephony', 'cti'];

export function finding(rig: () => N8nRig): void {
  describe('the list of nodes', () => {
    it('finds ours by each word that people type', async () => {
      const editor = await rig().open();
      await editor.openCreator();
      for (const word of WORDS) {
        await editor.search(word);
        for (const name of ['Accolades', 'Accolades Webhook']) await editor.entry(name).first().waitFor();
        await picture(editor.page, `n8n-search-${word}`);
      }
      await editor.search('accolades');
      await editor.entry('Accolades').click();
      await editor.entry('On incoming call').waitFor();
      await editor.page.getByText(/^Actions \(\d+\)$/).click();
      await editor.entry('Dial a number').waitFor();
      const names = await editor.part('node-creator-item-name').allInnerTexts();
      expect(names.map((name) => name.trim())).to.include.members([
        'On outgoing call',
        'On agent connected',
        'On agent disconnected',
        'Answer an IVR request',
        'Get the configuration of an agent',
        'Ping the account',
      ]);
      await picture(editor.page, 'n8n-actions');
      await editor.page.context().close();
    });
  });
}
