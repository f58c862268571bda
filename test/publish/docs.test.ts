import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { relativeLinks } from '../../scripts/check-publish/readme-links.ts';
import { generatedPages } from '../../scripts/docs/generated-pages.ts';
import { root } from '../../scripts/paths.ts';

/** Loading the n8n nodes takes a second or two on a busy machine. */
const LOADING_MS = 30_000;

describe('The documentation', function () {
  this.timeout(LOADING_MS);

  it('has a page for each node, as its sources say (if not: npm run docs)', async () => {
    const pages = await generatedPages();
    const types = await readdir(path.join(root, 'packages/node-red/src/nodes'));
    expect([...pages.keys()]).to.include.members(types.map((type) => `docs/nodes/${type}.md`));
    for (const [file, text] of pages) {
      const present = await readFile(path.join(root, file), 'utf8').catch(() => '');
      expect(present, `${file} is out of date: run "npm run docs" and commit what it writes`).to.equal(text);
    }
  });

  it('has no dead link', async () => {
    const folders = ['.', 'docs', 'docs/nodes', 'docs/guides', 'hosts', 'bench'];
    const packages = (await readdir(path.join(root, 'packages'))).map((name) => `packages/${name}`);
    const dead: string[] = [];
    for (const folder of [...folders, ...packages]) {
      const names = await readdir(path.join(root, folder)).catch((): string[] => []);
      for (const file of names.filter((name) => name.endsWith('.md'))) {
        const from = path.join(root, folder, file);
        for (const link of relativeLinks(await readFile(from, 'utf8'))) {
          const to = path.resolve(path.dirname(from), link);
          const found = await readdir(path.dirname(to)).catch((): string[] => []);
          if (to !== root && !found.includes(path.basename(to))) dead.push(`${folder}/${file}: ${link}`);
        }
      }
    }
    expect(dead).to.deep.equal([]);
  });

  it('names every status in the README of the palette', async () => {
    const folder = path.join(root, 'packages/node-red');
    const readme = await readFile(path.join(folder, 'README.md'), 'utf8');
    const types = await readdir(path.join(folder, 'src/nodes'));
    const catalogues = ['src', ...types.map((type) => `src/nodes/${type}`)];
    for (const catalogue of catalogues) {
      const file = path.join(folder, catalogue, 'locales/en-US.json');
      const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
      for (const text of statusesIn(parsed)) {
        const pattern = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/__\w+?__/g, '\\S+');
        expect(readme, `${catalogue}: ${text}`).to.match(new RegExp(`\`(?:[↙↗] )?${pattern}\``));
      }
    }
  });
});

/** The texts below every property that is called `status`. */
function statusesIn(value: unknown, inside = false): string[] {
  if (typeof value === 'string') return inside ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => statusesIn(inner, inside || name === 'status'));
}
