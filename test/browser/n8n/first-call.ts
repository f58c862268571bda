import { expect } from 'chai';
import { waitUntil } from '../../../hosts/deadline.ts';
import { expectNoSecret } from '../../hosts/secrets.ts';
import { picture } from '../support/pictures.ts';
import { FRONT_DESK, SALES, type N8nRig } from './rig.ts';

const WRONG = '0000deadbeef';

/** The first steps of a new user, with nothing prepared. */
export function firstCall(rig: () => N8nRig): void {
  describe('a first call', () => {
    it('goes from an empty canvas over a credential and a test event to an execution', async () => {
      const { simulator } = rig();
      const editor = await rig().open();
      const { page } = editor;
      await editor.openCreator();
      await editor.search('accolades');
      await editor.entry('Accolades').click();
      await editor.entry('On incoming call').click();
      await editor.part('node-credentials-empty-state').click();

      const answers: string[] = [];
      const refused = async (idCrm: string, url: string, advice: RegExp): Promise<void> => {
        // This single-line field turns a line break into a space; it must not join two idCrm
        // values.
        await editor.paste(editor.credentialField('idCrm'), idCrm);
        await editor.credentialField('url').fill(url);
        const text = await editor.saveCredential();
        if (text === null) throw new Error('The test of a bad credential went well.');
        expect(text).to.match(advice);
        answers.push(text);
      };
      await editor.credentialField('idCrm').waitFor();
      await picture(page, 'n8n-credential');
      await refused(WRONG, simulator.url, /knows no logged-in agent/);
      await picture(page, 'n8n-credential-refused');
      for (const [reason, advice] of [
        ['IP_MISSMATCH', /public IP address of the agent's browser/],
        ['CONNECTION_EXISTS', /Another program already holds/],
      ] as const) {
        simulator.faults.set(SALES, { refuseWith: reason });
        // n8n saves, and therefore tests, only a changed credential.
        await refused(`${reason}=${SALES}`, simulator.url, advice);
      }
      simulator.faults.clear();
      await refused(`Sales=${SALES}, two words`, simulator.url, /idCrm/);
      for (const lines of [`${FRONT_DESK}\n${SALES}`, `A=${FRONT_DESK}\r\nB=${SALES}`])
        await refused(lines, simulator.url, /has a space inside. Separate agents by commas/);
      await refused(FRONT_DESK, 'ws://127.0.0.1:9', /Nothing answers/);
      expectNoSecret('the answers', answers.join('\n'), [FRONT_DESK, SALES, WRONG]);

      await editor.credentialField('url').fill(simulator.url);
      await editor.credentialField('idCrm').fill(`Front desk=${FRONT_DESK}`);
      expect(await editor.saveCredential()).to.equal(null);

      const sent = simulator.statistics.framesOut;
      await editor.part('trigger-execute-button').click();
      await page.getByText('Stop Listening').first().waitFor();
      await picture(page, 'n8n-listening');
      // The frame after authentication identifies the agent, which completes the item.
      await waitUntil('the agent to be known', () => simulator.statistics.framesOut >= sent + 2, {
        deadlineMs: 20_000,
      });
      const { uniqueId } = simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0211234567' });
      await editor.part('ndv-run-data-display-mode').locator('[data-test-id="radio-button-json"]').click();
      await editor.part('output-panel').getByText(uniqueId).first().waitFor();
      await editor.dismissNotes();
      await picture(page, 'n8n-item');
      await editor.closeDialog();

      await editor.part('workflow-open-publish-modal-button').click();
      await editor.part('workflow-publish-button').click();
      await editor
        .part('activation-modal')
        .getByText('Each call of the agent now starts this workflow.')
        .waitFor();
      await editor.part('activation-modal').getByText('Got it').click();
      await rig().waitForSession(FRONT_DESK);
      simulator.placeCall({ agents: FRONT_DESK, phoneNumber: '0722000111' });
      await editor.part('radio-button-executions').click();
      const executions = page.locator('[data-test-id^="execution-details-"]');
      // One execution for the test event, one for the published workflow.
      await executions.filter({ hasText: 'Succeeded in' }).nth(1).waitFor();
      await picture(page, 'n8n-executions');
      await page.context().close();
    });
  });
}
