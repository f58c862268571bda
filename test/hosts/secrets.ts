import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';

/** Fails when a secret stands in full in a text. The failure itself does not show it. */
export function expectNoSecret(where: string, text: string, secrets: readonly string[]): void {
  const found = secrets.filter((secret) => text.includes(secret));
  expect(found.length, `secrets found in ${where}`).to.equal(0);
}

/**
 * Fails when a secret stands in full in any file below a folder.
 * @param except files in which the host itself is told to keep credentials
 */
export async function expectNoSecretInFiles(
  folder: string,
  secrets: readonly string[],
  except: (relativePath: string) => boolean,
): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  let read = 0;
  for (const entry of entries) {
    const file = path.join(entry.parentPath, entry.name);
    const relative = path.relative(folder, file);
    if (!entry.isFile() || relative.split(path.sep).includes('node_modules') || except(relative)) continue;
    expectNoSecret(relative, (await readFile(file)).toString('latin1'), secrets);
    read++;
  }
  return read;
}
