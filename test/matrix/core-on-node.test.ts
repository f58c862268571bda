import path from 'node:path';
import { expect } from 'chai';
import { nodeRuntime } from '../../hosts/node-runtime.ts';
import { installNode } from '../../hosts/install-node.ts';
import { repositoryRoot } from '../../hosts/paths.ts';
import { runCommand } from '../../hosts/processes.ts';

/** The long-term support versions that core supports besides Node.js 24, which `npm test` uses. */
const VERSIONS = ['20.19.5', '22.23.3'];

describe("Core's own tests", () => {
  for (const version of VERSIONS) {
    it(`pass on Node.js ${version}`, async function () {
      this.timeout(5 * 60_000);
      const { executable } = await installNode(version);
      const output = await runCommand({
        name: `core's tests on Node.js ${version}`,
        command: executable,
        args: [
          ...['--import', 'tsx', path.join('node_modules', 'mocha', 'bin', 'mocha.js')],
          ...['--no-config', '--timeout', '20000', '--forbid-only', '--forbid-pending', '--reporter', 'dot'],
          'packages/core/test/**/*.test.ts',
        ],
        cwd: repositoryRoot,
        env: nodeRuntime().env,
        deadlineMs: 4 * 60_000,
      });
      const passed = Number(/(\d+) passing/.exec(output)?.[1] ?? '0');
      console.log(`      ${passed} tests`);
      expect(passed).to.be.greaterThan(0);
    });
  }
});
