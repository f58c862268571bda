import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RolldownOutput } from 'rolldown';
import { mitText } from './mit-text.ts';

/** A third-party package with code in a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression, as its package.json says. */
  readonly licence: string;
  /** Its licence and notice files, whole; the standard text when it ships none. */
  readonly text: string;
}

/**
 * The packages whose modules are in the bundles, sorted by name.
 * @throws when one of them ships no licence text and the standard one is not known
 */
export async function bundledPackages(bundles: readonly RolldownOutput[]): Promise<BundledPackage[]> {
  const folders = new Set(bundles.flatMap(moduleIds).flatMap(packageFolderOf));
  const packages = await Promise.all([...folders].map(readPackage));
  const unique = new Map(packages.map((bundled) => [`${bundled.name} ${bundled.version}`, bundled]));
  return [...unique.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function moduleIds({ output }: RolldownOutput): string[] {
  return output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
}

/**
 * The innermost package folder that the module lies in; none for modules of this repository and of
 * the bundler itself.
 */
function packageFolderOf(moduleId: string): string[] {
  const match = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(moduleId);
  return match?.[1] === undefined ? [] : [match[1]];
}

async function readPackage(folder: string): Promise<BundledPackage> {
  const parsed: unknown = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  const manifest = asRecord(parsed);
  const field = (name: string): string => {
    const value = manifest[name];
    if (typeof value !== 'string') throw new Error(`${folder}/package.json has no ${name}.`);
    return value;
  };
  const name = field('name');
  const licence = field('license');
  const text = (await shippedText(folder)) ?? standardText(name, licence, manifest['author']);
  return { name, version: field('version'), licence, text };
}

async function shippedText(folder: string): Promise<string | null> {
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')));
  return texts.length === 0 ? null : texts.map((text) => text.trim()).join('\n\n');
}

function standardText(name: string, licence: string, author: unknown): string {
  const holder = typeof author === 'string' ? author : asRecord(author)['name'];
  if (licence !== 'MIT' || typeof holder !== 'string') throw new Error(`${name} ships no licence text.`);
  return mitText(holder.replace(/ *\(.*\)$/, ''));
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
