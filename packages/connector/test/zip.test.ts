import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { unzipSync } from 'fflate';
import { bundleConnector, zipOf } from '../../../scripts/build-connector.ts';
import { parseLicences } from '../../../scripts/licences/licence-file.ts';
import { root } from '../../../scripts/paths.ts';

/** In bytes. */
const LARGEST_ZIP = 32 * 1024;

describe('the zip', () => {
  const source = path.resolve(import.meta.dirname, '../src');
  let files: ReadonlyMap<string, string>;

  before(async function () {
    this.timeout(30_000);
    files = await bundleConnector();
  });

  it('is flat, holds only what Accolades takes, and is small', () => {
    const zip = zipOf(files);
    expect(Object.keys(unzipSync(zip))).to.deep.equal(['index.html', 'old-browser.js', 'connector.js']);
    expect(zip.byteLength).to.be.below(LARGEST_ZIP);
  });

  it('is the same whenever and wherever it is built', async () => {
    const [one, other] = [zipOf(files), zipOf(await bundleConnector())];
    expect(Buffer.from(one).equals(Buffer.from(other))).to.be.true;
  });

  it('has neither phone numbers nor Node in it', () => {
    const script = files.get('connector.js') ?? '';
    expect(script).to.contain('authRequest');
    for (const strange of ['libphonenumber', 'node:', 'require(', 'Buffer.from', 'process.env']) {
      expect(script).not.to.contain(strange);
    }
  });

  it('has the licence of all code of others in it, at the head of the script', async () => {
    const script = files.get('connector.js') ?? '';
    const [, comment = ''] = /^\/\*!\n(.*?)\*\/\n/s.exec(script) ?? [];
    const licences = parseLicences(comment);
    expect(licences.map(({ name, licence }) => `${name} ${licence}`)).to.deep.equal(['jsonrepair ISC']);
    const shipped = await readFile(path.join(root, 'node_modules/jsonrepair/LICENSE.md'), 'utf8');
    expect(licences[0]?.text).to.equal(shipped.trim());
  });

  it('has every element that the script fills', async () => {
    const html = files.get('index.html') ?? '';
    expect(html).to.contain('<script src="connector.js" defer>').and.to.contain('content="no-referrer"');
    const view = await readFile(path.join(source, 'page-view.ts'), 'utf8');
    const ids = [...view.matchAll(/#(?:say|element)\('([a-z]+)'/g)].map(([, id]) => id);
    expect(ids).to.include.members(['connection', 'delivery', 'call', 'page', 'notifications']);
    for (const id of ids) expect(html).to.contain(`id="${id ?? ''}"`);
  });
});
