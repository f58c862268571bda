import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { repositoryRoot } from '../../hosts/paths.ts';
import { Crm } from '../crm/server.ts';

const consolePage = path.join(repositoryRoot, 'packages/simulator/src/console/page');

describe('the look of the demonstration', () => {
  let crm: Crm;

  beforeEach(async () => {
    crm = await Crm.start({ port: 0, file: ':memory:' });
  });

  afterEach(() => crm.close());

  for (const [route, file] of [
    ['/tokens.css', 'style/tokens.css'],
    ['/icon.svg', 'icon.svg'],
  ] as const) {
    it(`is that of the simulator's console: ${route}`, async () => {
      const served = await fetch(crm.url + route);
      expect(served.status).to.equal(200);
      expect(await served.text()).to.equal(await readFile(path.join(consolePage, file), 'utf8'));
    });
  }
});
