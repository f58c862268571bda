import type { BundledPackage } from './bundled-packages.ts';

/** The file's name in a published package. */
export const LICENCE_FILE = 'THIRD-PARTY-LICENSES.txt';

const RULE = '='.repeat(80);
const INTRODUCTION =
  'This package contains code of the packages below, bundled at build. Each comes with its name, version, licence and text.';

export function formatLicences(packages: readonly BundledPackage[]): string {
  const sections = packages.map(
    ({ name, version, licence, text }) =>
      `${RULE}\n${name} ${version}\nLicense: ${licence}\n${RULE}\n\n${text.replaceAll('\r\n', '\n')}\n`,
  );
  return [`${INTRODUCTION}\n`, ...sections].join('\n');
}

/** What {@link formatLicences} wrote; text that is not of this form gives no packages. */
export function parseLicences(file: string): BundledPackage[] {
  const section = new RegExp(
    `^${RULE}\\n(\\S+) (\\S+)\\nLicense: (.+)\\n${RULE}\\n([\\s\\S]*?)(?=^${RULE}\\n\\S+ \\S+\\nLicense: |$(?![\\s\\S]))`,
    'gm',
  );
  return [...file.matchAll(section)].map(([, name = '', version = '', licence = '', text = '']) => ({
    name,
    version,
    licence,
    text: text.trim(),
  }));
}
