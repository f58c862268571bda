import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { objectFrom, parseJson } from '../../../hosts/guards.ts';
import { repositoryRoot } from '../../../hosts/paths.ts';
import { picture } from '../support/pictures.ts';
import type { N8nEditor } from './editor.ts';
import { FRONT_DESK, SALES, type N8nRig } from './rig.ts';

const FILE = 'examples/n8n/slack-alert-for-queue-calls.json';

/** Imports an example as a user does, by pasting its text onto the canvas. */
export function examples(rig: () => N8nRig): void {
  describe('an example', () => {
    it('is imported by pasting it', async () => {
      const editor = await rig().open();
      await pasteOnCanvas(editor, await readFile(path.join(repositoryRoot, FILE), 'utf8'));
      // After the import it lacks its credentials, and n8n reports that.
      await editor.part('node-issues').first().waitFor();
      await editor.page.context().close();
    });

    it('is ready once it has its credentials', async () => {
      const { client, simulator } = rig();
      const agents = await client.createCredential({
        name: 'Support queue',
        type: 'accoladesAgentApi',
        data: { idCrm: `Front desk=${FRONT_DESK}, Sales=${SALES}`, url: simulator.url },
      });
      const slack = await client.createCredential({
        name: 'Slack',
        type: 'slackApi',
        data: { accessToken: 'token-of-nobody' },
      });
      const editor = await rig().open();
      await pasteOnCanvas(
        editor,
        await withCredentials({
          accoladesTrigger: ['accoladesAgentApi', agents],
          slack: ['slackApi', slack],
        }),
      );
      const { page } = editor;
      await editor.part('zoom-to-fit').click();
      // Pasted nodes are selected.
      await page.locator('.vue-flow__pane').click({ position: { x: 300, y: 60 } });
      await editor.part('node-issues').first().waitFor({ state: 'detached' });
      await picture(page, 'n8n-workflow');
      await page.context().close();
    });
  });
}

async function pasteOnCanvas(editor: N8nEditor, text: string): Promise<void> {
  const { page } = editor;
  await page.evaluate('navigator.clipboard.writeText(' + JSON.stringify(text) + ')');
  await page.locator('.vue-flow__pane').click({ position: { x: 300, y: 200 } });
  await page.keyboard.press('Control+V');
  for (const name of ['Accolades Trigger', 'Tell Slack']) await editor.canvasNode(name).waitFor();
  await page.getByText('Tells a Slack channel about each call').waitFor();
}

/** The text of the example with a credential for each node type (without its package name). */
async function withCredentials(
  credentials: Readonly<Record<string, readonly [type: string, reference: { id: string; name: string }]>>,
): Promise<string> {
  const workflow = objectFrom(
    parseJson(await readFile(path.join(repositoryRoot, FILE), 'utf8'), FILE),
    'the example',
  );
  const { nodes } = workflow;
  if (!Array.isArray(nodes)) throw new Error('The example has no nodes.');
  let given = 0;
  const complete = nodes.map((entry: unknown) => {
    const node = objectFrom(entry, 'a node');
    const [type, reference] = credentials[String(node['type']).split('.').at(-1) ?? ''] ?? [];
    if (type === undefined) return node;
    given++;
    return { ...node, credentials: { [type]: reference } };
  });
  expect(given, 'nodes with a credential').to.equal(Object.keys(credentials).length);
  return JSON.stringify({ ...workflow, nodes: complete });
}
