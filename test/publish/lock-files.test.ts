import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { isObject, objectFrom, parseJson } from '../../hosts/guards.ts';
import { root } from '../../scripts/paths.ts';

/** A lock file protects an installation only if every downloaded package has a checksum. */
describe('the lock files', () => {
  const npmLocks = ['package-lock.json', ...versionsWith('node-red', 'package-lock.json')];
  const pnpmLocks = versionsWith('n8n', 'pnpm-lock.yaml');

  it('are all found', () => {
    expect(npmLocks).to.have.lengthOf.above(1);
    expect(pnpmLocks).to.have.lengthOf.above(1);
  });

  for (const file of npmLocks) {
    it(`${file} has the integrity of every downloaded package, and names no registry`, () => {
      const entries = downloadedPackages(file);
      expect(entries).to.have.lengthOf.above(100);
      expect(entries.filter(({ integrity }) => integrity === undefined).map(({ name }) => name)).to.be.empty;
      expect(entries.filter(({ resolved }) => resolved !== undefined).map(({ name }) => name)).to.be.empty;
    });
  }

  for (const file of pnpmLocks) {
    it(`${file} has the integrity of every downloaded package, and names no registry`, () => {
      const resolutions = read(file).match(/^ +resolution: .*$/gm) ?? [];
      expect(resolutions).to.have.lengthOf.above(100);
      expect(resolutions.filter((line) => !/^ +resolution: \{integrity: sha512-[^,]+\}$/.test(line))).to.be
        .empty;
    });
  }
});

interface LockEntry {
  readonly name: string;
  readonly integrity: unknown;
  readonly resolved: unknown;
}

/** Every entry that npm downloads, that is, not workspaces, links or bundled packages. */
function downloadedPackages(file: string): LockEntry[] {
  const lock = objectFrom(parseJson(read(file), file), file);
  const packages = objectFrom(lock['packages'], file);
  return Object.entries(packages).flatMap(([name, value]): LockEntry[] => {
    if (!isObject(value) || !name.includes('node_modules/')) return [];
    const { link, inBundle, integrity, resolved } = value;
    return link === true || inBundle === true ? [] : [{ name, integrity, resolved }];
  });
}

function versionsWith(host: string, lockFile: string): string[] {
  const folder = path.join('hosts', host, 'versions');
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === lockFile && !file.includes('node_modules'))
    .map((file) => path.join(folder, file));
}

function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}
