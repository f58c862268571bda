import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { zipSync, type ZipOptions } from 'fflate';
import { readConnector, readUpload } from '../src/connectors/connector-files.ts';
import { readZip } from '../src/connectors/read-zip.ts';
import { closeSimulators, FRONT_DESK, SUPPORT, testSimulator } from './support/test-simulator.ts';

const PAGE = '<!doctype html><script src="connector.js" defer></script>';
const SCRIPT = 'console.log("here");'.repeat(100);

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const zip = (files: Readonly<Record<string, string>>, options: ZipOptions = {}): Buffer =>
  Buffer.from(
    zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, bytes(text)])), options),
  );
const CONNECTOR = { 'index.html': PAGE, 'connector.js': SCRIPT };

describe('custom connectors', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'accolades-connector-'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  afterEach(closeSimulators);

  for (const [how, location] of [
    ['a zip', 'one.zip'],
    ['a folder', 'folder'],
    ['one HTML file', 'mine.html'],
  ] as const) {
    it(`are read from ${how}`, async () => {
      const at = path.join(folder, location);
      if (location === 'folder') {
        await mkdir(at);
        for (const [name, text] of Object.entries(CONNECTOR)) await writeFile(path.join(at, name), text);
      } else await writeFile(at, location === 'one.zip' ? zip(CONNECTOR) : PAGE);
      const files = await readConnector(at);
      expect(files.get('index.html')?.content.toString()).to.equal(PAGE);
      expect(files.get('connector.js')?.content.toString()).to.equal(
        location === 'mine.html' ? undefined : SCRIPT,
      );
    });
  }

  it('may be packed or only stored, and have a comment at the end of the zip', () => {
    for (const level of [0, 9] as const) {
      const plain = zip(CONNECTOR, { level });
      const commented = Buffer.concat([plain, Buffer.from('a comment')]);
      commented.writeUInt16LE(9, plain.length - 2);
      expect(readZip(commented).map(({ name }) => name)).to.deep.equal(['index.html', 'connector.js']);
    }
  });

  for (const [name, files, message] of [
    ['a picture', { ...CONNECTOR, 'logo.png': 'x' }, '.htm, .html, .js and .css only'],
    ['a folder inside', { ...CONNECTOR, 'lib/x.js': 'x' }, 'one flat folder'],
    ['no index.html', { 'connector.js': 'x' }, 'needs an index.html'],
    ['a way out', { ...CONNECTOR, '../x.js': 'x' }, 'one flat folder'],
  ] as const) {
    it(`are refused with ${name}, as Accolades refuses them`, () => {
      expect(() => readUpload('c.zip', zip(files))).to.throw(message);
    });
  }

  it('are refused when the zip is damaged, wherever', () => {
    const good = zip(CONNECTOR);
    expect(() => readZip(Buffer.from('no zip'))).to.throw('no zip');
    for (let length = 0; length < good.length; length++) {
      expect(() => readZip(good.subarray(0, length)), String(length)).to.throw(Error);
    }
    const wrong = Buffer.from(good);
    const at = wrong.indexOf('connector.js') + 'connector.js'.length + 5;
    wrong[at] = (wrong[at] ?? 0) ^ 0xff;
    expect(() => readZip(wrong)).to.throw('damaged');
  });

  it("are served in the agent's page, with the vendor's query parameters, on an origin of their own", async () => {
    const location = path.join(folder, 'served.zip');
    await writeFile(location, zip(CONNECTOR));
    const simulator = await testSimulator({ connector: { location }, console: {} });
    const address = simulator.agentPageUrl(SUPPORT);
    expect(new URL(address).origin).not.to.equal(new URL(simulator.consoleUrl ?? '').origin);
    const page = await fetch(address).then((response) => response.text());
    const source = /src="([^"]+)"/.exec(page)?.[1]?.replaceAll('&#38;', '&') ?? '';
    const frame = new URL(source, address);
    expect(Object.fromEntries(frame.searchParams)).to.deep.equal({
      serverFqdn: '127.0.0.1',
      serverPort: new URL(simulator.url).port,
      agentId: SUPPORT,
      serverProtocol: 'ws',
    });
    expect(await fetch(frame).then((response) => response.text())).to.equal(PAGE);
    const script = await fetch(new URL('connector.js', frame));
    expect([script.headers.get('content-type'), await script.text()]).to.deep.equal([
      'text/javascript; charset=utf-8',
      SCRIPT,
    ]);
    expect((await fetch(new URL('other.js', frame))).status).to.equal(404);
    expect((await fetch(new URL('/agents/99', address))).status).to.equal(404);
    const state: unknown = await fetch(`${simulator.consoleUrl ?? ''}/api/state`).then((r) => r.json());
    expect(JSON.stringify(state)).to.contain(address).and.not.to.contain(SUPPORT);
  });

  it('can be exchanged, and a bad one leaves the present one', async () => {
    const simulator = await testSimulator({ connector: {} });
    const page = (): Promise<string> => fetch(simulator.agentPageUrl(FRONT_DESK)).then((r) => r.text());
    expect(await page()).to.contain('No connector');
    simulator.connectors?.upload('c.zip', zip(CONNECTOR));
    expect(() => simulator.connectors?.upload('c.zip', zip({ 'x.exe': '' }))).to.throw();
    expect(await page()).to.contain('iframe');
    expect(simulator.connectors?.fileNames).to.deep.equal(['index.html', 'connector.js']);
  });

  it('are served under names of this machine only, and no other page may read them', async () => {
    const simulator = await testSimulator({ connector: {} });
    const { hostname, port, pathname } = new URL(simulator.agentPageUrl(FRONT_DESK));
    const statusFor = (host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        get({ hostname, port, path: pathname, headers: { host, origin: 'null' } }, (response) => {
          response.resume();
          expect(response.headers).not.to.have.property('access-control-allow-origin');
          resolve(response.statusCode);
        }).on('error', reject);
      });
    expect(await statusFor('evil.example')).to.equal(403);
    expect(await statusFor(`localhost:${port}`)).to.equal(200);
  });
});
