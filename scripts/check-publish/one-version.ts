import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../paths.ts';
import { isReleased, unreleasedChanges } from '../release/changelog.ts';
import { none, type Finding } from './finding.ts';
import { asRecord, readManifest } from './packed-package.ts';

/** All packages have one version, which the changelog describes. */
export async function checkVersions(): Promise<Finding[]> {
  const folders = await readdir(path.join(root, 'packages'));
  const version = String((await readManifest(path.join(root, 'package.json')))['version']);
  const others: string[] = [];
  for (const folder of folders) {
    const manifest = await readManifest(path.join(root, 'packages', folder, 'package.json'));
    if (manifest['version'] !== version)
      others.push(`${String(manifest['name'])} ${String(manifest['version'])}`);
  }
  const lock = asRecord((await readManifest(path.join(root, 'package-lock.json')))['packages']);
  for (const folder of ['', ...folders.map((name) => `packages/${name}`)]) {
    const locked = asRecord(lock[folder])['version'];
    if (locked !== version) others.push(`${String(locked)} in the lock file for “${folder}”`);
  }
  const changelog = await readFile(path.join(root, 'CHANGELOG.md'), 'utf8');
  return [
    none(`every package has version ${version}`, others),
    none(
      `CHANGELOG.md describes ${version}, or what it will be`,
      isReleased(changelog, version) || unreleasedChanges(changelog) !== ''
        ? []
        : [`it has neither a heading ## [${version}] nor anything under “Unreleased”`],
    ),
  ];
}
