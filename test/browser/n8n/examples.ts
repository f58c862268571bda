import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { repositoryRoot } from '../../../hosts/paths.ts';
import { picture } from '../support/pictures.ts';
import type { N8nRig } from './rig.ts';

/** An example as a person imports it: by pasting its text onto the canvas. */
export function examples(rig: () => N8nRig): void {
  describe('an example', () => {
    it('is imported by pasting it', async () => {
      const file = path.join(repositoryRoot, 'examples/n8n/slack-alert-for-queue-calls.json');
      const text = await readFile(file, 'utf8');
      const editor = await rig().open();
      const { page } = editor;
      await page.evaluate('navigator.clipboard.writeText(' + JSON.stringify(text) + ')');
      await page.locator('.vue-flow__pane').click({ position: { x: 300, y: 200 } });
      await page.keyboard.press('Control+V');
      for (const name of ['Accolades Trigger', 'Tell Slack']) await editor.canvasNode(name).waitFor();
      await page.getByText('Tells a Slack channel about each call').waitFor();
      await editor.part('zoom-to-fit').click();
      // What was pasted is selected.
      await page.locator('.vue-flow__pane').click({ position: { x: 300, y: 60 } });
      await picture(page, 'n8n-workflow');
      await page.context().close();
    });
  });
}
