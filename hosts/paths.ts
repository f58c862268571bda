import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of the repository. */
export const repositoryRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Where hosts that are not devDependencies are installed: `<repository>/.hosts`, ignored by git.
 */
export const hostsDirectory = path.join(repositoryRoot, '.hosts');
