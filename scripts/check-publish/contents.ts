import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../paths.ts';
import { fail, none, pass, type Finding } from './finding.ts';
import type { PackedPackage } from './packed-package.ts';

/** Checks the files of a tarball, its size, and texts that no file may contain. */
export async function checkContents(packed: PackedPackage): Promise<Finding[]> {
  const { paths, files } = packed;
  const stray = paths.filter((file) => !files.some((allowed) => allowed.test(file)));
  const absent = files.filter((expected) => !paths.some((file) => expected.test(file)));
  return [
    none(`holds ${paths.length} files, all of kinds that are meant to be there`, stray),
    none('lacks no kind of file', absent.map(String)),
    sizeOf(packed),
    none('has no absolute path, no source map and no registry in any file', await forbiddenTexts(packed)),
  ];
}

function sizeOf({ packedBytes, maxBytes }: PackedPackage): Finding {
  const text = `is ${kb(packedBytes)} KB packed, of ${kb(maxBytes)} KB at most`;
  return packedBytes <= maxBytes ? pass(text) : fail(text);
}

function kb(bytes: number): string {
  return (bytes / 1024).toFixed(1);
}

/** Texts that reveal the build machine or point outside the package. */
const FORBIDDEN: readonly (readonly [string, RegExp])[] = [
  ['a home folder', /(?<![\w.~-])\/(?:home|Users|root|work|tmp|var\/folders)\/[\w.-]+/],
  ['a Windows path', /\b[A-Z]:\\(?:Users|work|tmp)\\/i],
  ['a file URL', /file:\/\/\/[a-z]/i],
  ['a source map', /[#@]\s*sourceMappingURL=/],
  ['a registry', /\b(?:registry|npm)\.[a-z][\w-]*\.[a-z]{2,}/i],
];

async function forbiddenTexts({ content, paths }: PackedPackage): Promise<string[]> {
  const found = paths.filter((file) => file.endsWith('.map'));
  for (const file of paths) {
    const text = await readFile(path.join(content, file), 'utf8');
    for (const [what, pattern] of FORBIDDEN) {
      const match = pattern.exec(text);
      if (match !== null) found.push(`${what} in ${file} (${match[0]})`);
    }
    if (text.includes(root)) found.push(`the path of the repository in ${file}`);
  }
  return found;
}
