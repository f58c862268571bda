import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { repositoryRoot } from '../../hosts/paths.ts';

const consolePage = path.join(repositoryRoot, 'packages/simulator/src/console/page');
const resultPage = path.join(repositoryRoot, 'demo/crm/page');

/**
 * Names and values of custom properties, in file order: first the light theme, then the dark one.
 */
async function tokens(file: string): Promise<string[]> {
  const css = await readFile(file, 'utf8');
  return [...css.matchAll(/^\s+(--[\w-]+):\s*([^;]+);/gm)].map(([, name, value]) => `${name}: ${value}`);
}

describe('the look of the demonstration', () => {
  it("is that of the simulator's console", async () => {
    const expected = await tokens(path.join(consolePage, 'style/tokens.css'));
    expect(expected).to.have.length.above(20);
    expect(await tokens(path.join(resultPage, 'tokens.css'))).to.deep.equal(expected);
    const icon = await readFile(path.join(consolePage, 'icon.svg'), 'utf8');
    expect(await readFile(path.join(resultPage, 'icon.svg'), 'utf8')).to.equal(icon);
  });
});
