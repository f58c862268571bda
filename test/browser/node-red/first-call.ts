import { expect } from 'chai';
import { expectNoSecret } from '../../hosts/secrets.ts';
import { picture } from '../support/pictures.ts';
import { closePage, FRONT_DESK, type NodeRedRig } from './rig.ts';

/** The first steps of a new user, in every supported Node-RED. */
export function firstCall(rig: () => NodeRedRig): void {
  describe('a first call', () => {
    it('goes from an empty canvas to a message in the debug sidebar', async () => {
      const editor = await rig().open();
      const { page } = editor;
      const call = await editor.drag('accolades-call', { x: 220, y: 100 });
      const debug = await editor.drag('debug', { x: 500, y: 100 });
      await editor.wire(call, 0, debug);

      await editor.edit(call);
      await editor.addConfig('agent');
      await editor.field('name').fill('Front desk');
      await editor.field('idCrm').fill(`Front desk=${FRONT_DESK}`);
      await editor.dialog.getByText('One agent: Front desk').waitFor();
      await editor.field('url').fill(rig().simulator.url);
      await picture(page, 'node-red-agent');
      await editor.saveConfig();
      await picture(page, 'node-red-call');
      await editor.save();
      expect(await call.locator('.red-ui-flow-node-error').isVisible(), 'marked as wrong').to.equal(false);

      await editor.deploy();
      await editor.status(call).getByText('connected').waitFor();
      const dot = call.locator('.red-ui-flow-node-status-dot-green');
      await dot.waitFor();

      await editor.showSidebar('debug');
      const { uniqueId } = rig().simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567' });
      await editor.status(call).getByText('0211234567').waitFor();
      const message = editor.debugMessages.first();
      await message.getByText('incomingCall').first().waitFor();
      // Expands the message to show its content.
      await message.locator('.red-ui-debug-msg-expandable').first().click();
      const value = message.locator('.red-ui-debug-msg-object-value:visible');
      for (const text of [uniqueId, '0211234567'])
        await value.getByText(`"${text}"`, { exact: true }).waitFor();
      await editor.paletteNode('accolades-reply').scrollIntoViewIfNeeded();
      await picture(page, 'node-red-flow');
      expect(await editor.debugMessages.count()).to.equal(1);

      expectNoSecret('the export', await editor.exported(), [FRONT_DESK]);
      await closePage(page);
    });
  });
}
