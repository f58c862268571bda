/**
 * Builds the Node-RED package into `packages/node-red/dist`: per node a CommonJS module for the
 * runtime, an HTML file with the dialog and its script for the editor, and locale files. Core and
 * its dependencies are bundled in, so that the package needs nothing else.
 */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { Marked } from 'marked';
import { rolldown, type RolldownOutput } from 'rolldown';
import { ADVICE } from '@accolades-flow/core';
import { bundledPackages } from './licences/bundled-packages.ts';
import { formatLicences, LICENCE_FILE } from './licences/licence-file.ts';
import { leanBundle } from './lean-bundle.ts';
import { coreEntries, root } from './paths.ts';

const source = path.join(root, 'packages/node-red/src');
const target = path.join(root, 'packages/node-red/dist/nodes');

/** The first one is the fallback. */
const LANGUAGES = ['en-US', 'ro'] as const;
type Language = (typeof LANGUAGES)[number];

type Catalogue = Readonly<Record<string, unknown>>;

export async function buildNodeRed(): Promise<void> {
  await rm(path.dirname(target), { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  const types = await publishedTypes();
  const css = await readFile(path.join(source, 'editor/form.css'), 'utf8');
  const bundles = [await buildRuntimes(types)];
  for (const type of types) {
    const editor = await bundleEditor(type);
    bundles.push(editor);
    await writeFile(path.join(target, `${type}.html`), await editorFile(type, css, editor.output[0].code));
    for (const language of LANGUAGES) await writeLocale(type, language);
  }
  await cp(path.join(source, 'icons'), path.join(target, 'icons'), { recursive: true });
  const licences = formatLicences(await bundledPackages(bundles));
  await writeFile(path.join(path.dirname(target), LICENCE_FILE), licences);
}

/** The node types in the manifest, which Node-RED loads. */
async function publishedTypes(): Promise<string[]> {
  const manifest = await readCatalogue(path.join(root, 'packages/node-red/package.json'));
  const section = asCatalogue(manifest['node-red'], 'node-red in package.json');
  return Object.keys(asCatalogue(section['nodes'], 'node-red.nodes in package.json'));
}

async function buildRuntimes(types: readonly string[]): Promise<RolldownOutput> {
  const bundle = await rolldown({
    input: Object.fromEntries(types.map((type) => [type, path.join(source, 'nodes', type, 'runtime.ts')])),
    platform: 'node',
    plugins: [...leanBundle],
    resolve: { alias: coreEntries },
    transform: { target: 'node18.5' },
    // Optional native helpers of ws.
    external: ['bufferutil', 'utf-8-validate'],
    treeshake: true,
    onLog: failOnWarning,
  });
  const output = await bundle.write({
    dir: target,
    format: 'cjs',
    exports: 'auto',
    entryFileNames: '[name].js',
    chunkFileNames: 'shared/[name].js',
    codeSplitting: { groups: [{ name: 'core', test: /[\\/](?:core|node_modules(?![\\/]re2js))[\\/]/ }] },
    // Keep names for stack traces; drop whitespace, which would stay in memory.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    comments: { legal: true, annotation: false, jsdoc: false },
  });
  await bundle.close();
  return output;
}

async function bundleEditor(type: string): Promise<RolldownOutput> {
  const bundle = await rolldown({
    input: path.join(source, 'nodes', type, 'editor.ts'),
    platform: 'browser',
    resolve: { alias: coreEntries },
    transform: { target: 'es2022' },
    external: isBuiltin,
    // The editor needs only the parsers of core; no module of core has side effects.
    treeshake: { moduleSideEffects: (id) => id.endsWith('editor.ts') },
    onLog: failOnWarning,
  });
  const output = await bundle.generate({ format: 'iife' });
  await bundle.close();
  return output;
}

async function editorFile(type: string, css: string, code: string): Promise<string> {
  const folder = path.join(source, 'nodes', type);
  const template = await readFile(path.join(folder, 'editor.html'), 'utf8');
  return [
    `<style>\n${css.trim()}\n</style>`,
    script('text/html', `data-template-name="${type}"`, template),
    await helpOf(type, LANGUAGES[0]),
    script('text/javascript', '', code),
    '',
  ].join('\n\n');
}

async function writeLocale(type: string, language: Language): Promise<void> {
  const folder = path.join(target, 'locales', language);
  await mkdir(folder, { recursive: true });
  const own = await readCatalogue(path.join(source, 'nodes', type, 'locales', `${language}.json`));
  const shared = await readCatalogue(path.join(source, 'locales', `${language}.json`));
  const accolades = asCatalogue(shared['accolades'], `accolades in ${language}`);
  const advice = language === LANGUAGES[0] ? { advice: ADVICE } : {};
  const merged = { ...own, accolades: { ...accolades, ...advice } };
  await writeFile(path.join(folder, `${type}.json`), `${JSON.stringify(merged, undefined, 2)}\n`);
  if (language !== LANGUAGES[0])
    await writeFile(path.join(folder, `${type}.html`), `${await helpOf(type, language)}\n`);
}

/** The help of a node for the editor's sidebar, from its Markdown. */
async function helpOf(type: string, language: Language): Promise<string> {
  const markdown = await readFile(path.join(source, 'nodes', type, 'help', `${language}.md`), 'utf8');
  const html = await new Marked().parse(markdown);
  return script('text/html', `data-help-name="${type}"`, propertyLists(html));
}

/** Lists of the form `- **name** *(type)*: text` become Node-RED's lists of message properties. */
function propertyLists(html: string): string {
  return html.replace(/<ul>\n((?:<li><strong>[^\n]*<\/li>\n)+)<\/ul>/g, (_, items: string) => {
    const entries = items.replace(
      /<li><strong>(.*?)<\/strong> <em>\((.*?)\)<\/em>: (.*?)<\/li>/g,
      '  <dt>$1 <span class="property-type">$2</span></dt>\n  <dd>$3</dd>',
    );
    return `<dl class="message-properties">\n${entries}</dl>`;
  });
}

function script(type: string, attributes: string, content: string): string {
  // A closing tag inside would end the element.
  const safe = type === 'text/javascript' ? content.replace(/<\/script/gi, '<\\/script') : content;
  return `<script type="${type}"${attributes === '' ? '' : ` ${attributes}`}>\n${safe.trim()}\n</script>`;
}

async function readCatalogue(file: string): Promise<Catalogue> {
  const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
  return asCatalogue(parsed, file);
}

function asCatalogue(value: unknown, what: string): Catalogue {
  if (typeof value !== 'object' || value === null) throw new Error(`${what} is no object.`);
  return { ...value };
}

function failOnWarning(level: string, log: { readonly message: string }): void {
  if (level === 'warn') throw new Error(log.message);
}
