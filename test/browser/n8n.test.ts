import { examples } from './n8n/examples.ts';
import { finding } from './n8n/finding.ts';
import { firstCall } from './n8n/first-call.ts';
import { parameters } from './n8n/parameters.ts';
import { N8nRig } from './n8n/rig.ts';

describe('n8n in a browser', () => {
  let started: N8nRig | null = null;
  const rig = (): N8nRig => {
    if (started === null) throw new Error('n8n is not started.');
    return started;
  };

  before(async function () {
    // The first run installs n8n.
    this.timeout(15 * 60_000);
    started = await N8nRig.start((line) => {
      console.log(`    ${line}`);
    });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await rig().closePages(this.currentTest.title);
  });

  after(async () => {
    await started?.close();
  });

  finding(rig);
  firstCall(rig);
  parameters(rig);
  examples(rig);
});
