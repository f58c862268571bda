import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { ADVICE } from '../../packages/core/src/errors.ts';
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

  it('states nothing about Accolades as a fact that the vendor has not published', async () => {
    const texts = [
      ...['README.md', 'nodes/README.md', 'packages/node-red/README.md', 'packages/core/PROTOCOL.md'],
      ...(await filesIn('docs/guides')),
      ...(await filesIn('docs/nodes')),
      ...(await readdir(path.join(root, 'packages/node-red/src/nodes'))).flatMap((type) =>
        ['en-US', 'ro'].map((language) => `packages/node-red/src/nodes/${type}/help/${language}.md`),
      ),
    ];
    const guesses = [
      /same (?:`uniqueId` )?for (?:all|every) agents?/i,
      /același pentru toți agenții/i,
      /is how Asterisk does it/i,
      /call(?:’|')?s id; the same for/i,
    ];
    for (const file of texts) {
      const text = await readFile(path.join(root, file), 'utf8');
      for (const guess of guesses) expect(text, file).not.to.match(guess);
    }
  });

  it("tells who finds an agent's connection taken to look at the account's connector, in every language", async () => {
    expect(ADVICE.CONNECTION_EXISTS).to.contain('connector that is set in the Accolades account');
    const file = path.join(root, 'packages/node-red/src/locales/ro.json');
    expect(await readFile(file, 'utf8')).to.match(
      /"CONNECTION_EXISTS": ".*conector setat în contul Accolades/,
    );
    for (const guide of ['troubleshooting', 'several-agents', 'what-each-status-means']) {
      const text = await readFile(path.join(root, `docs/guides/${guide}.md`), 'utf8');
      expect(text, guide).to.match(/connector (?:that is|is) set/);
    }
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

async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(path.join(root, folder))).map((name) => `${folder}/${name}`);
}

/** The texts below every object called `status`; a text with that name is the label of a choice. */
function statusesIn(value: unknown, inside = false): string[] {
  if (typeof value === 'string') return inside ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    statusesIn(inner, inside || (name === 'status' && typeof inner === 'object')),
  );
}
