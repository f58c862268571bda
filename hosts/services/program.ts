import { access, constants, readdir } from 'node:fs/promises';
import path from 'node:path';

/** A required program is missing. The message names its Debian package. */
export class MissingProgramError extends Error {
  override readonly name = 'MissingProgramError';
  /** The Debian package, e.g. `redis-server`. */
  readonly aptPackage: string;
  constructor(program: string, aptPackage: string) {
    super(
      `${program} is not installed. On Debian and Ubuntu: apt-get install --no-install-recommends ${aptPackage}`,
    );
    this.aptPackage = aptPackage;
  }
}

/**
 * Finds a program in one of the folders, or else on the PATH.
 *
 * @param folders searched first, in this order
 * @throws MissingProgramError when it is nowhere
 */
export async function findProgram(
  program: string,
  aptPackage: string,
  folders: readonly string[] = [],
): Promise<string> {
  const onPath = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  for (const folder of [...folders, ...onPath]) {
    const file = path.join(folder, program);
    if (await isExecutable(file)) return file;
  }
  throw new MissingProgramError(program, aptPackage);
}

/**
 * The folders of PostgreSQL's server programs, which Debian keeps off the PATH: newest version
 * first.
 */
export async function postgresqlFolders(): Promise<string[]> {
  const root = '/usr/lib/postgresql';
  const versions = await readdir(root).catch((): string[] => []);
  return versions
    .sort((a, b) => Number.parseFloat(b) - Number.parseFloat(a))
    .map((version) => path.join(root, version, 'bin'));
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
