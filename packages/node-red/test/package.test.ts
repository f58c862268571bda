import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { expect } from 'chai';
import { at, entriesOf } from './values.ts';

const root = path.resolve(import.meta.dirname, '..');
const nodes = path.join(root, 'dist/nodes');
const LANGUAGES = ['en-US', 'ro'];

describe('The built package', () => {
  let types: string[];
  let manifest: unknown;

  before(async () => {
    manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
    types = entriesOf(at(manifest, 'node-red', 'nodes')).map(([type]) => type);
  });

  it('has the files that its manifest names, and those that go with them', () => {
    expect(types).to.include.members(['accolades-agent', 'accolades-call']);
    for (const type of types) {
      expect(at(manifest, 'node-red', 'nodes', type)).to.equal(`dist/nodes/${type}.js`);
      for (const file of [
        `${type}.js`,
        `${type}.html`,
        ...LANGUAGES.map((language) => `locales/${language}/${type}.json`),
      ]) {
        expect(existsSync(path.join(nodes, file)), file).to.equal(true);
      }
    }
  });

  it('needs no other package', async () => {
    expect(manifest).not.to.have.property('dependencies');
    const builtin = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));
    for (const file of await javaScriptFiles()) {
      const code = await readFile(file, 'utf8');
      for (const [, name = ''] of code.matchAll(/\brequire\("([^"]+)"\)/g)) {
        const optional = ['bufferutil', 'utf-8-validate'].includes(name);
        expect(
          name.startsWith('.') || builtin.has(name) || optional,
          `${path.basename(file)} requires ${name}`,
        ).to.equal(true);
      }
    }
  });

  it('has the same texts in every language, and none is empty', async () => {
    for (const type of types) {
      const [first = {}, ...others] = await Promise.all(
        LANGUAGES.map(async (language) =>
          textsOf(await readFile(path.join(nodes, 'locales', language, `${type}.json`), 'utf8')),
        ),
      );
      for (const texts of others) {
        expect(Object.keys(texts).sort(), type).to.deep.equal(Object.keys(first).sort());
        for (const [key, text] of Object.entries(texts)) {
          expect(text.trim(), key).not.to.equal('');
          expect(placesOf(text), key).to.deep.equal(placesOf(first[key] ?? ''));
        }
      }
    }
  });

  it('has every text that the dialogs and their scripts ask for', async () => {
    for (const type of types) {
      const texts = textsOf(await readFile(path.join(nodes, 'locales/en-US', `${type}.json`), 'utf8'));
      const html = await readFile(path.join(nodes, `${type}.html`), 'utf8');
      const asked = [
        ...[...html.matchAll(/data-i18n="([^"]+)"/g)].flatMap(([, keys = '']) =>
          keys.split(';').map((key) => key.replace(/^\[[\w-]+\]/, '')),
        ),
        ...[...html.matchAll(/\._\("([^"]+)"/g)].map(([, key = '']) => key),
      ];
      expect(asked.length).to.be.greaterThan(5);
      for (const key of asked) expect(Object.hasOwn(texts, key), `${type}: ${key}`).to.equal(true);
    }
  });

  it('has help in every language with the same sections', async () => {
    for (const type of types) {
      const shapes = await Promise.all(
        LANGUAGES.map(async (language) => {
          const markdown = await readFile(
            path.join(root, 'src/nodes', type, 'help', `${language}.md`),
            'utf8',
          );
          return {
            sections: markdown.match(/^### /gm)?.length,
            properties: markdown.match(/^- \*\*/gm)?.length,
            codes: [...markdown.matchAll(/`(\w+)`/g)].map(([, code]) => code).sort(),
          };
        }),
      );
      for (const shape of shapes) {
        expect(shape.sections).to.equal(shapes[0]?.sections);
        expect(shape.properties, type).to.equal(shapes[0]?.properties);
      }
      const english = await readFile(path.join(nodes, `${type}.html`), 'utf8');
      expect(english).to.match(new RegExp(`data-help-name="${type}"`));
      const romanian = await readFile(path.join(nodes, `locales/ro/${type}.html`), 'utf8');
      expect(romanian).to.match(new RegExp(`^<script type="text/html" data-help-name="${type}">`));
    }
  });

  it('has dialogs whose every field has a label of its own', async () => {
    for (const type of types) {
      const html = await readFile(path.join(nodes, `${type}.html`), 'utf8');
      const labelled = new Set([...html.matchAll(/<label for="([^"]+)"/g)].map(([, id]) => id));
      const ids = [...html.matchAll(/<(?:input|select)\s[^>]*?id="([^"]+)"[^>]*>/g)].map(([field, id]) => ({
        field,
        id,
      }));
      expect(ids.length).to.be.greaterThan(3);
      for (const { field, id } of ids) {
        if (/type="(hidden|checkbox)"|\[aria-label\]/.test(field)) continue;
        expect(labelled.has(id), `${type}: ${id ?? ''}`).to.equal(true);
      }
    }
  });

  it('has an icon that the node names, and colours on which text can be read', async () => {
    for (const type of types) {
      const html = await readFile(path.join(nodes, `${type}.html`), 'utf8');
      const icon = /icon: "([^"]+)"/.exec(html)?.[1];
      if (icon !== undefined) expect(existsSync(path.join(nodes, 'icons', icon)), icon).to.equal(true);
      const color = /color: "(#[0-9A-F]{6})"/i.exec(html)?.[1] ?? '';
      // The text colour of the default theme, and the minimum contrast of WCAG AA.
      expect(contrast(color, '#333333'), type).to.be.greaterThan(4.5);
    }
  });

  it('has examples without secrets that use its nodes only as they are', async () => {
    const folder = path.join(root, 'examples');
    const files = (await readdir(folder)).filter((file) => file.endsWith('.json'));
    expect(files.length).to.be.at.least(2);
    const used = new Set<unknown>();
    for (const file of files) {
      const flow: unknown = JSON.parse(await readFile(path.join(folder, file), 'utf8'));
      if (!Array.isArray(flow)) throw new Error(`${file} is no flow`);
      const ids = new Set(flow.map((node) => at(node, 'id')));
      for (const node of flow) {
        const fields = Object.fromEntries(entriesOf(node));
        used.add(fields['type']);
        expect(fields, file).not.to.have.property('credentials');
        const wires: unknown[] = Array.isArray(fields['wires']) ? fields['wires'].flat() : [];
        for (const target of wires) expect(ids.has(target), `${file}: ${String(target)}`).to.equal(true);
        if (fields['type'] === 'accolades-call') expect(ids.has(fields['agent'])).to.equal(true);
      }
    }
    for (const type of types) expect(used.has(type), type).to.equal(true);
  });

  async function javaScriptFiles(): Promise<string[]> {
    const found = await readdir(nodes, { recursive: true });
    return found.filter((file) => file.endsWith('.js')).map((file) => path.join(nodes, file));
  }
});

/** The texts of a locale file by dotted key. */
function textsOf(json: string): Record<string, string> {
  const texts: Record<string, string> = {};
  const collect = (value: unknown, prefix: string): void => {
    if (typeof value === 'string') texts[prefix] = value;
    else
      for (const [key, inner] of entriesOf(value)) collect(inner, prefix === '' ? key : `${prefix}.${key}`);
  };
  collect(JSON.parse(json), '');
  return texts;
}

function placesOf(text: string): string[] {
  return [...text.matchAll(/__\w+?__/g)].map(([place]) => place).sort();
}

/** The contrast of two colours, from 1 to 21, as defined by WCAG. */
function contrast(a: string, b: string): number {
  const [lighter = 0, darker = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
