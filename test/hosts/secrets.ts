import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';

/** Fails when a text contains a secret in full. The failure itself does not show it. */
export function expectNoSecret(where: string, text: string, secrets: readonly string[]): void {
  const found = secrets.filter((secret) => text.includes(secret));
  expect(found.length, `secrets found in ${where}`).to.equal(0);
}

/**
 * Fails when a file below a folder contains a secret in full.
 * @param except files in which the host stores credentials by design
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
