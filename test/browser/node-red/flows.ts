import { expect } from 'chai';
import { waitUntil } from '../../../hosts/deadline.ts';
import { picture } from '../support/pictures.ts';
import { closePage, FRONT_DESK, SALES, type NodeRedRig } from './rig.ts';

/** Editing flows with more than one node. */
export function flows(rig: () => NodeRedRig): void {
  describe('flows', () => {
    it('come from the examples of the menu and run', async () => {
      const editor = await rig().open();
      const { page } = editor;
      await editor.importExample('Several agents with one output per event');
      await editor.showFlow('Several agents');
      const call = editor.canvasNode('Call center').first();
      await editor.edit(call);
      await editor.editConfig('agent');
      await editor.field('idCrm').fill(`Front desk=${FRONT_DESK}, Sales=${SALES}`);
      await editor.dialog.getByText('2 agents: Front desk, Sales').waitFor();
      await editor.field('url').fill(rig().simulator.url);
      await editor.saveConfig();
      await editor.save();
      await editor.deploy();
      await editor.status(call).getByText('2/2 connected').waitFor();
      await picture(page, 'node-red-several-agents');
      rig().simulator.logout(SALES);
      await editor.status(call).getByText('1/2 connected').waitFor();
      rig().simulator.login(SALES);
      await closePage(page);
    });

    it('have one named output per event where that is chosen, and keep their wires', async () => {
      const editor = await rig().open();
      const { page } = editor;
      const call = await editor.drag('accolades-call', { x: 220, y: 120 });
      const debug = await editor.drag('debug', { x: 520, y: 120 });
      await editor.wire(call, 0, debug);
      await editor.edit(call);
      await editor.field('splitOutputs').check();
      await editor.field('event-agentDisconnected').check();
      await editor.save();
      const ports = call.locator('.red-ui-flow-port-output');
      await waitUntil('three outputs', async () => (await ports.count()) === 3, { deadlineMs: 10_000 });
      const labels: string[] = [];
      for (let port = 0; port < 3; port++) labels.push(await editor.outputLabel(call, port));
      expect(labels).to.deep.equal(['incoming call', 'outgoing call', 'agent disconnected']);
      expect(await page.locator('.red-ui-flow-link-line').count()).to.equal(1);
      await picture(page, 'node-red-split-outputs');
      await closePage(page);
    });
  });
}
