import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LICENCE_FILE, parseLicences } from '../licences/licence-file.ts';
import { root } from '../paths.ts';
import { fail, none, type Finding } from './finding.ts';
import { asRecord, readManifest, type PackedPackage } from './packed-package.ts';

/** Licences whose only condition is to keep their text. */
const PERMISSIVE = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'Unlicense']);
/** The ISC licence, the shortest, has more. */
const SHORTEST_TEXT = 400;

/** The licences of everything that is bundled are in the tarball. */
export async function checkLicences({ content, paths }: PackedPackage): Promise<Finding[]> {
  const file = paths.find((name) => name.endsWith(`/${LICENCE_FILE}`));
  if (file === undefined) return [fail(`has no ${LICENCE_FILE}`)];
  const bundled = parseLicences(await readFile(path.join(content, file), 'utf8'));
  const named = new Set(bundled.map(({ name }) => name));
  // Core's dependencies are bundled, so a complete list has them.
  const { dependencies } = await readManifest(path.join(root, 'packages/core/package.json'));
  return [
    none(
      `lists ${bundled.length} bundled packages, those of core among them`,
      Object.keys(asRecord(dependencies)).filter((name) => !named.has(name)),
    ),
    none(
      'bundles only what is permissively licensed',
      bundled
        .filter(({ licence }) => !PERMISSIVE.has(licence))
        .map(({ name, licence }) => `${name} is ${licence}`),
    ),
    none(
      'has the text of each licence',
      bundled.filter(({ text }) => text.length < SHORTEST_TEXT).map(({ name }) => name),
    ),
  ];
}
