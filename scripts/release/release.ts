/**
 * `npm run release -- <version|patch|minor|major>`: gives all packages one new version, in the lock
 * file, too, and turns what the changelog has under "Unreleased" into that version. It commits
 * nothing, and prints what to do next.
 */
import { spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../paths.ts';
import { isReleased, releaseChangelog } from './changelog.ts';
import { nextVersion } from './next-version.ts';
import { withLockedVersion, withVersion } from './set-version.ts';

async function main(wanted: string | undefined): Promise<void> {
  if (wanted === undefined) throw new Error('Usage: npm run release -- <version|patch|minor|major>');
  expectCleanTree();
  const folders = (await readdir(path.join(root, 'packages'))).map((name) => `packages/${name}`).sort();
  const present = await presentVersion();
  const changelog = await readFile(path.join(root, 'CHANGELOG.md'), 'utf8');
  const version = nextVersion(present, wanted, isReleased(changelog, present));
  const date = new Date().toISOString().slice(0, 10);
  const edits: (readonly [string, (text: string) => string])[] = [
    ['CHANGELOG.md', (text) => releaseChangelog(text, version, date)],
    ...['', ...folders].map(
      (folder) => [path.join(folder, 'package.json'), (text: string) => withVersion(text, version)] as const,
    ),
    ['package-lock.json', (text) => withLockedVersion(text, ['', ...folders], version)],
  ];
  // Compute all texts before writing the first.
  const written = await Promise.all(
    edits.map(async ([file, edit]) => [file, edit(await readFile(path.join(root, file), 'utf8'))] as const),
  );
  for (const [file, text] of written) await writeFile(path.join(root, file), text);
  console.log(`Version ${version} is set in ${written.length} files. Look at the difference, then:

  git commit -am "Release ${version}" && git push
  # when CI has passed:
  git tag v${version} && git push origin v${version}

The tag starts the workflow “Publish”, which tests once more and publishes all packages.`);
}

function expectCleanTree(): void {
  const { status, stdout } = spawnSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error('This is no git repository, or git is missing.');
  if (stdout !== '') throw new Error(`Commit or undo these changes first:\n${stdout}`);
}

async function presentVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) return '';
  return String(manifest.version);
}

try {
  await main(process.argv[2]);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
