import { expect } from 'chai';
import { connectionTests } from './node-red/connection-tests.ts';
import { dialogs } from './node-red/dialogs.ts';
import { firstCall } from './node-red/first-call.ts';
import { flows } from './node-red/flows.ts';
import { helpTexts } from './node-red/help-texts.ts';
import { manyAgents } from './node-red/many-agents.ts';
import { NodeRedRig } from './node-red/rig.ts';
import { webhookDialog } from './node-red/webhook-dialog.ts';

/** A version from `hosts/node-red/versions` other than the devDependency. */
const version = process.env['ACCOLADES_NODE_RED_VERSION'];

describe(`Node-RED${version === undefined ? '' : ` ${version}`} in a browser`, () => {
  let started: NodeRedRig | null = null;
  const rig = (): NodeRedRig => {
    if (started === null) throw new Error('Node-RED is not started.');
    return started;
  };

  before(async () => {
    started = await NodeRedRig.start(version);
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await rig().closePages(this.currentTest.title);
  });

  after(async () => {
    await started?.close();
  });

  firstCall(rig);
  dialogs(rig);
  webhookDialog(rig);
  connectionTests(rig);
  manyAgents(rig);
  helpTexts(rig);
  flows(rig);

  describe('all of them', () => {
    it('has thrown no error in any page', () => {
      expect(rig().pageErrors).to.deep.equal([]);
    });
  });
});
