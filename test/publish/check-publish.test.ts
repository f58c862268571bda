import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { checkContents } from '../../scripts/check-publish/contents.ts';
import type { Finding } from '../../scripts/check-publish/finding.ts';
import { checkLicences } from '../../scripts/check-publish/licences.ts';
import { checkManifest } from '../../scripts/check-publish/manifest.ts';
import type { PackedPackage } from '../../scripts/check-publish/packed-package.ts';
import { N8N, NODE_RED } from '../../scripts/check-publish/published-packages.ts';
import { checkLinks } from '../../scripts/check-publish/readme-links.ts';
import { formatLicences, LICENCE_FILE, parseLicences } from '../../scripts/licences/licence-file.ts';
import { mitText } from '../../scripts/licences/mit-text.ts';
import { root } from '../../scripts/paths.ts';

describe('npm run check:publish', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'accolades-check-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  /** A package with these files, which may hold `a.md`, `b/c.js` and licences. */
  async function packed(
    files: Readonly<Record<string, string>>,
    facts: Partial<PackedPackage> = {},
  ): Promise<PackedPackage> {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await writeFile(path.join(folder, file), text);
    }
    return {
      name: 'x',
      folder: '.',
      tarball: '',
      maxBytes: 1000,
      packedBytes: 1000,
      bundles: true,
      content: folder,
      paths: Object.keys(files),
      files: [/^a\.md$/, /^b\/[a-z]+\.js$/, /^b\/THIRD-PARTY-LICENSES\.txt$/],
      manifest: { license: 'MIT' },
      ...facts,
    };
  }

  const good = { 'a.md': '[c](b/c.js)', 'b/c.js': '1;', [`b/${LICENCE_FILE}`]: '' };

  it('accepts a package whose files are all expected', async () => {
    expect(failures(await checkContents(await packed(good)))).to.deep.equal([]);
  });

  it('finds a stray file, a missing kind, and a byte too much', async () => {
    const found = failures(
      await checkContents(await packed({ 'a.md': '', 'b/C.js': '', '.env': '' }, { packedBytes: 1001 })),
    );
    expect(found[0]).to.include('b/C.js, .env');
    expect(found[1]).to.include('b\\/[a-z]+\\.js');
    expect(found[2]).to.include('1.0 KB packed');
    expect(found).to.have.lengthOf(3);
  });

  it('finds texts that reveal the build machine', async () => {
    for (const text of [
      "require('/home/someone/x.js')",
      "import '/tmp/a'",
      'C:\\Users\\someone',
      "'file:///usr'",
      '//# sourceMappingURL=c.js.map',
      'https://registry.packages.example/ws',
      `'${root}'`,
    ]) {
      const found = failures(await checkContents(await packed({ ...good, 'b/c.js': text })));
      expect(found.join(), text).to.include('b/c.js');
    }
    const harmless = "'~/.n8n/nodes', '/accolades/tmp/', 'https://example.com/home/x', 'a/work/b'";
    expect(failures(await checkContents(await packed({ ...good, 'b/c.js': harmless })))).to.deep.equal([]);
  });

  it('finds dead links, in whichever way they are written', async () => {
    const text =
      '[a](b/gone.js#x) ![i](<img/i i.png>) <img src="img/j.png"> [r][1] `[no](code.md)` [h](#top) [w](https://x.example)\n\n' +
      '```sh\n[no](fence.md)\n```\n\n[1]: ../up.md\n';
    const [dead] = failures(await checkLinks(await packed({ ...good, 'a.md': text })));
    for (const link of ['b/gone.js', 'img/i i.png', 'img/j.png', '../up.md']) expect(dead).to.include(link);
    for (const link of ['code.md', 'fence.md', '#top', 'x.example']) expect(dead).not.to.include(link);
    expect(failures(await checkLinks(await packed(good)))).to.deep.equal([]);
  });

  it('reads the licences that the build writes', () => {
    const packages = [
      { name: '@a/b', version: '1.0.0', licence: 'MIT', text: mitText('A <a@example.com>') },
      { name: 'c', version: '2.0.0', licence: 'ISC', text: `One.\n\n${'='.repeat(80)}\nTwo 1\n` },
    ];
    expect(parseLicences(formatLicences(packages))).to.deep.equal(
      packages.map((bundled) => ({ ...bundled, text: bundled.text.trim() })),
    );
    expect(parseLicences('nothing of this form')).to.deep.equal([]);
  });

  it('finds a licence that asks for more, a missing text and a missing list', async () => {
    const file = formatLicences([
      { name: 'ws', version: '1.0.0', licence: 'GPL-3.0', text: mitText('A') },
      { name: 'b', version: '1.0.0', licence: 'MIT', text: '' },
    ]);
    const found = failures(await checkLicences(await packed({ [`b/${LICENCE_FILE}`]: file })));
    expect(found[0]).to.include('jsonrepair').and.not.to.include(' ws');
    expect(found[1]).to.include('ws is GPL-3.0');
    expect(found[2]).to.match(/: b$/);
    expect(failures(await checkLicences(await packed({ 'a.md': '' })))).to.deep.equal([
      `has no ${LICENCE_FILE}`,
    ]);
  });

  it('checks the manifests against the hosts’ requirements', async () => {
    const n8n = await packed(
      {},
      {
        name: N8N.name,
        manifest: {
          license: 'GPL-3.0',
          scripts: { postinstall: 'x', pretest: 'y', pack: 'z' },
          overrides: {},
          dependencies: {},
          peerDependencies: { 'n8n-workflow': '^2.0.0' },
        },
      },
    );
    expect(failures(checkManifest(n8n))).to.deep.equal([
      'is MIT licensed; but: GPL-3.0',
      'has no lifecycle script; but: postinstall',
      'has no overrides; but: overrides',
      'has no runtime dependencies; but: dependencies',
      'has the one peer n8n-workflow "*"; but: {"n8n-workflow":"^2.0.0"}',
    ]);
    const dependencies = Object.fromEntries(Array.from('abcdefg', (name) => [name, '*']));
    const nodeRed = await packed({}, { name: NODE_RED.name, manifest: { license: 'MIT', dependencies } });
    expect(failures(checkManifest(nodeRed))).to.deep.equal([
      'has 7 dependencies, of 6 at most; but: g',
      'has the keyword node-red; but: none',
    ]);
  });
});

function failures(findings: readonly Finding[]): string[] {
  return findings.filter(({ kind }) => kind === 'fail').map(({ text }) => text);
}
