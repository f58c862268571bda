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

  it('lose their folders, and the files of other types, as in Accolades', () => {
    // What GitHub's "Download ZIP" of the vendor's example holds.
    const repository = 'accolades-call-center-api-client-main';
    const downloaded = zip({
      [`${repository}/.github/workflows/validate.yml`]: 'x',
      [`${repository}/.gitignore`]: 'x',
      [`${repository}/.htmlvalidate.json`]: 'x',
      [`${repository}/LICENSE`]: 'x',
      [`${repository}/README.md`]: 'x',
      [`${repository}/connector.js`]: SCRIPT,
      [`${repository}/eslint.config.js`]: 'x',
      [`${repository}/index.html`]: PAGE,
      [`${repository}/package.json`]: 'x',
    });
    const files = readUpload('c.zip', downloaded);
    expect([...files.keys()]).to.deep.equal(['connector.js', 'eslint.config.js', 'index.html']);
    expect(files.get('index.html')?.content.toString()).to.equal(PAGE);
  });

  it('lose the folders of a path that leads out of the zip', () => {
    const files = readUpload('c.zip', zip({ ...CONNECTOR, '../../up.js': 'x', '/etc/root.css': 'x' }));
    expect([...files.keys()]).to.have.members(['index.html', 'connector.js', 'up.js', 'root.css']);
  });

  for (const [name, files, message] of [
    ['no index.html', { 'connector.js': 'x' }, 'Add an index.html'],
    ['two files of one name', { ...CONNECTOR, 'lib/connector.js': 'x' }, 'Rename one of the files'],
  ] as const) {
    it(`are refused with ${name}`, () => {
      expect(() => readUpload('c.zip', zip(files))).to.throw(message);
    });
  }

  it('are refused when the zip is cut off or damaged', () => {
    const good = zip(CONNECTOR);
    expect(() => readZip(Buffer.from('no zip'))).to.throw('not a zip');
    for (let length = 0; length < good.length; length++) {
      expect(() => readZip(good.subarray(0, length)), String(length)).to.throw(Error);
    }
    const wrong = Buffer.from(good);
    const at = wrong.indexOf('connector.js') + 'connector.js'.length;
    // A block type that deflate does not have.
    wrong[at] = 0x07;
    expect(() => readZip(wrong)).to.throw('damaged');
  });

  it('are refused when they unpack to too much, before they are unpacked', () => {
    const large = zip({ ...CONNECTOR, 'large.js': ' '.repeat(17 * 1024 * 1024) });
    expect(large.length).to.be.below(1024 * 1024);
    expect(() => readUpload('c.zip', large)).to.throw('too large');
    const many = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`${i}.md`, 'x']));
    expect(() => readUpload('c.zip', zip({ ...CONNECTOR, ...many }))).to.throw('too many files');
  });

  it('never unpack to more than the zip says', () => {
    const lying = zip({ ...CONNECTOR, 'large.js': ' '.repeat(1000) });
    // The size in the central directory, 22 bytes before the name in it.
    lying.writeUInt32LE(10, lying.lastIndexOf('large.js') - 22);
    const unpacked = ((): number => {
      try {
        return readZip(lying).find(({ name }) => name === 'large.js')?.content.length ?? 0;
      } catch {
        return 0;
      }
    })();
    expect(unpacked).to.be.at.most(10);
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
    expect(page).to.contain('connects by wss only').and.to.contain('waits for that spelling');
    expect((await fetch(new URL('/agents/99', address))).status).to.equal(404);
    const state: unknown = await fetch(`${simulator.consoleUrl ?? ''}/api/state`).then((r) => r.json());
    expect(JSON.stringify(state)).to.contain(address).and.not.to.contain(SUPPORT);
  });

  it("get an agentId that the vendor's connector can use without decoding it", async () => {
    const plain = 'a.b-c_d:e@f';
    const special = 'key+of the=first';
    const simulator = await testSimulator({
      connector: {},
      agents: [plain, special].map((idCrm, i) => ({ idCrm, name: `Agent ${i}` })),
    });
    simulator.connectors?.upload('c.zip', zip(CONNECTOR));
    const page = (idCrm: string): Promise<string> =>
      fetch(simulator.agentPageUrl(idCrm)).then((response) => response.text());
    expect(await page(plain))
      .to.contain(`agentId=${plain}&`)
      .and.not.to.contain('URL-decode');
    expect(await page(special))
      .to.contain('URL-decode')
      .and.to.contain(encodeURIComponent(special));
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
