/**
 * The text of a package.json with another version; everything else stays as it is written.
 * @throws when it has no version of its own
 */
export function withVersion(manifest: string, version: string): string {
  const line = /^( {2}"version": ")[^"]*(",?)$/m;
  if (!line.test(manifest)) throw new Error('There is no line with a version.');
  return manifest.replace(line, `$1${version}$2`);
}

/**
 * The text of the lock file with another version of the packages of this repository.
 * @param folders of the packages, as the lock file names them; the repository itself is `''`
 * @throws when it lacks one of them
 */
export function withLockedVersion(lock: string, folders: readonly string[], version: string): string {
  return folders.reduce(
    (text, folder) => {
      const entry = new RegExp(
        `^( {4}"${escaped(folder)}": \\{\\n(?: {6}.*\\n)*? {6}"version": ")[^"]*`,
        'm',
      );
      if (!entry.test(text)) throw new Error(`The lock file has no version for “${folder}”.`);
      return text.replace(entry, `$1${version}`);
    },
    withVersion(lock, version),
  );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
