import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { root } from '../../scripts/paths.ts';

/** Files of a built package that n8n or Node-RED loads at startup. */
const PACKAGES = [
  ['n8n', 'dist', ['nodes/AccoladesTrigger/AccoladesTrigger.node.js', 'shared/core.js']],
  ['Node-RED', 'packages/node-red/dist/nodes', ['accolades-call.js', 'shared/core.js']],
] as const;

describe('The engine of regular expressions', () => {
  for (const [host, folder, files] of PACKAGES) {
    it(`is in the ${host} package, but takes no memory until a node has an expression`, async () => {
      const script = `
        const [folder, ...files] = ${JSON.stringify([path.join(root, folder), ...files])};
        for (const file of files) require(folder + '/' + file);
        const isLoaded = () => Object.keys(require.cache).some((file) => file.endsWith('regular-expressions.js'));
        const before = isLoaded();
        const { RE2JS } = require(folder + '/shared/regular-expressions.js');
        console.log(JSON.stringify([before, isLoaded(), RE2JS.compile('^07').matcher('0721').find()]));
      `;
      const { stdout } = await promisify(execFile)(process.execPath, ['-e', script]);
      expect(JSON.parse(stdout)).to.deep.equal([false, true, true]);
    });
  }
});
