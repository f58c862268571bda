import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fail, pass, unjudged, type Finding } from './finding.ts';
import { asRecord, readManifest, type PackedPackage } from './packed-package.ts';

/** Pinned here and installed on demand: it brings 500 outdated packages. */
const TOOL = 'node-red-dev@0.1.6';

/** Its tests, by the keys of its scorecard. */
const TESTS = {
  P01: 'has a licence',
  P03: 'says where its source or its issues are',
  P04: 'has a scoped name',
  P05: 'has the keyword node-red',
  P06: 'supports a current Node-RED',
  P07: 'supports the Node.js that Node-RED asks for',
  P08: 'has a name like no other package of the catalogue',
  N01: 'has node types that no other package of the catalogue has',
  N02: 'has an example of each node',
  D01: 'has at most 6 dependencies',
  D02: 'depends on nothing that is known not to work with Node-RED',
  D03: 'depends on the newest versions',
} as const;

/** These compare with the catalogue of published palettes. */
const NEED_CATALOGUE: ReadonlySet<string> = new Set(['P08', 'N01']);

/**
 * `node-red-dev validate`, the test that flows.nodered.org shows as a scorecard, on the unpacked
 * tarball.
 *
 * Two of its tests ask the catalogue, and two what is the newest Node-RED. Where this machine
 * cannot reach these but its npm can tell the second, npm's answer is given to the tool; what is
 * left is said to be unjudged.
 */
export async function checkWithNodeRedDev(packed: PackedPackage, temporary: string): Promise<Finding[]> {
  const facts = newestNodeRed();
  const scorecard = path.join(temporary, 'scorecard.json');
  const unreached = path.join(temporary, 'unreached.txt');
  const sources = path.join(import.meta.dirname, 'node-red-dev-sources.cjs');
  const { stdout, stderr, error } = spawnSync(
    'npm',
    [
      'exec',
      '--yes',
      `--package=${TOOL}`,
      '--',
      'node-red-dev',
      'validate',
      '-p',
      packed.content,
      '-o',
      scorecard,
    ],
    {
      encoding: 'utf8',
      timeout: 300_000,
      shell: process.platform === 'win32',
      env: {
        ...process.env,
        NODE_OPTIONS: `--require=${JSON.stringify(sources)}`,
        NODE_RED_DEV_FACTS: JSON.stringify(facts),
        NODE_RED_DEV_UNREACHED: unreached,
      },
    },
  );
  const results = await readManifest(scorecard).catch(() => null);
  if (results === null)
    return [fail(`${TOOL} wrote no scorecard: ${error?.message ?? ''}${stdout}${stderr}`.trim())];
  const noCatalogue = await readFile(unreached, 'utf8').then(
    (text) => text.includes('catalogue.nodered.org'),
    () => false,
  );
  return [
    ...Object.entries(TESTS).map(([key, rule]) => {
      const { test, ...details } = asRecord(results[key]);
      if (noCatalogue && NEED_CATALOGUE.has(key))
        return unjudged(`${key} ${rule}: catalogue.nodered.org cannot be reached from here`);
      return test === true ? pass(`${key} ${rule}`) : fail(`${key} ${rule} ${JSON.stringify(details)}`);
    }),
    unjudged('P02 comes from the repository that it names: the tool has this test switched off'),
  ];
}

/**
 * What npm tells of the newest Node-RED, in the form of the registry's answer, as far as the tool
 * reads it.
 */
function newestNodeRed(): unknown {
  const { stdout } = spawnSync('npm', ['view', 'node-red', 'dist-tags', 'version', 'engines', '--json'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const facts = asRecord(JSON.parse(stdout));
  return { ...facts, versions: { [String(facts['version'])]: { engines: facts['engines'] } } };
}
