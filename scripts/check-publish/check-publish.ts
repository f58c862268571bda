/**
 * Everything that must hold before the packages are published, on the tarballs in `artifacts/`.
 * Each check prints what it found; the exit code is 1 when one failed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkContents } from './contents.ts';
import type { Finding } from './finding.ts';
import { checkLicences } from './licences.ts';
import { checkManifest } from './manifest.ts';
import { checkN8nRules } from './n8n-rules.ts';
import { checkWithNodeRedDev } from './node-red-dev.ts';
import { checkVersions } from './one-version.ts';
import { unpack } from './packed-package.ts';
import { CORE, NODE_RED, PUBLISHED, SIMULATOR } from './published-packages.ts';
import { checkLinks } from './readme-links.ts';
import { checkExports, checkTypes } from './types-and-exports.ts';

const MARK = { pass: '✔', fail: '✖', unjudged: '?' } as const;

async function main(): Promise<void> {
  const temporary = await mkdtemp(path.join(tmpdir(), 'accolades-publish-'));
  try {
    const findings = await checkAll(temporary);
    const count = (kind: Finding['kind']): number =>
      findings.filter((finding) => finding.kind === kind).length;
    console.log(
      `\n${count('pass')} hold, ${count('fail')} do not, ${count('unjudged')} cannot be judged here.`,
    );
    if (count('fail') > 0) process.exitCode = 1;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function checkAll(temporary: string): Promise<Finding[]> {
  const all: Finding[] = [];
  const report = (title: string, findings: readonly Finding[]): void => {
    console.log(`\n${title}`);
    for (const { kind, text } of findings) console.log(`  ${MARK[kind]} ${text}`);
    all.push(...findings);
  };
  report('Versions', await checkVersions());
  report('Rules of n8n for community nodes', await checkN8nRules());
  for (const published of PUBLISHED) {
    const packed = await unpack(published, temporary);
    report(`${published.name} (${path.basename(packed.tarball)})`, [
      ...(await checkContents(packed)),
      ...checkManifest(packed),
      ...(await checkLinks(packed)),
      ...(published.bundles ? await checkLicences(packed) : []),
    ]);
    if (published === CORE || published === SIMULATOR)
      report(`${published.name} as a library`, [...(await checkExports(packed)), ...checkTypes(packed)]);
    if (published === NODE_RED)
      report(`${published.name} by node-red-dev`, await checkWithNodeRedDev(packed, temporary));
  }
  return all;
}

await main();
