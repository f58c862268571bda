import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const SRC = fileURLToPath(new URL('../src', import.meta.url));
const IMPORT = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g;

/** By folder, the folders that its files import; a file of the root stands for itself. */
async function importsByFolder(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const imports = new Map<string, Set<string>>();
  const files = await readdir(SRC, { recursive: true });
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    const text = await readFile(path.join(SRC, file), 'utf8');
    const from = folderOf(file);
    const targets = imports.get(from) ?? new Set<string>();
    imports.set(from, targets);
    for (const [, target = ''] of text.matchAll(IMPORT)) {
      const to = folderOf(path.join(path.dirname(file), target));
      if (to !== from) targets.add(to);
    }
  }
  return imports;
}

function folderOf(file: string): string {
  const folder = path.posix.dirname(file);
  return folder === '.' ? file : folder;
}

/** The first way from a folder back to itself; null without one. */
function cycleOf(imports: ReadonlyMap<string, ReadonlySet<string>>): string | null {
  const checked = new Set<string>();
  const visit = (folder: string, trail: readonly string[]): string | null => {
    const start = trail.indexOf(folder);
    if (start >= 0) return [...trail.slice(start), folder].join(' → ');
    if (checked.has(folder)) return null;
    for (const next of imports.get(folder) ?? []) {
      const cycle = visit(next, [...trail, folder]);
      if (cycle !== null) return cycle;
    }
    checked.add(folder);
    return null;
  };
  for (const folder of imports.keys()) {
    const cycle = visit(folder, []);
    if (cycle !== null) return cycle;
  }
  return null;
}

describe('folders of core', () => {
  it('import one another in one direction only', async () => {
    const imports = await importsByFolder();
    expect([...imports.keys()]).to.include.members(['errors.ts', 'hub', 'platform/node']);
    expect(cycleOf(imports)).to.equal(null);
  });
});
