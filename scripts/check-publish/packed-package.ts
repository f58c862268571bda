import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { artifacts } from '../paths.ts';
import type { PublishedPackage } from './published-packages.ts';

export type Manifest = Readonly<Record<string, unknown>>;

/** A tarball as it would be published, unpacked to be looked at. */
export interface PackedPackage extends PublishedPackage {
  readonly tarball: string;
  readonly packedBytes: number;
  /** Where its content lies. */
  readonly content: string;
  /** Paths in the tarball with `/`, sorted. */
  readonly paths: readonly string[];
  readonly manifest: Manifest;
}

/** @throws when there is no tarball of it, or more than one */
export async function unpack(published: PublishedPackage, into: string): Promise<PackedPackage> {
  const prefix = `${published.name.replace(/^@/, '').replace('/', '-')}-`;
  const found = (await readdir(artifacts).catch(() => [])).filter(
    (file) => file.startsWith(prefix) && /^\d[^/]*\.tgz$/.test(file.slice(prefix.length)),
  );
  const [file] = found;
  if (file === undefined || found.length > 1)
    throw new Error(`artifacts/ holds ${found.length} tarballs of ${published.name}. Run "npm run pack".`);
  const tarball = path.join(artifacts, file);
  const folder = path.join(into, prefix.slice(0, -1));
  await mkdir(folder, { recursive: true });
  const { status, stderr } = spawnSync('tar', ['-xzf', tarball, '-C', folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${file} cannot be unpacked: ${stderr}`);
  const content = path.join(folder, 'package');
  return {
    ...published,
    tarball,
    packedBytes: (await stat(tarball)).size,
    content,
    paths: await pathsIn(content),
    manifest: await readManifest(path.join(content, 'package.json')),
  };
}

export async function readManifest(file: string): Promise<Manifest> {
  return asRecord(JSON.parse(await readFile(file, 'utf8')));
}

/** The fields of an object; none of anything else. */
export function asRecord(value: unknown): Manifest {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

async function pathsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .sort();
}
