/** Keeps bundles cheap to load: hosts load them at every start. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Plugin } from 'rolldown';
import { root } from './paths.ts';

const METADATA = /[\\/]libphonenumber-js[\\/]metadata\.max\.json\.js$/;

/** Beside the chunk that holds core. */
const METADATA_FILE = './phone-metadata.json';

/**
 * Phone metadata in its own file, read with the first number: as a literal it would be built at
 * start and kept twice, as objects and as code.
 */
const lazyPhoneMetadata: Plugin = {
  name: 'lazy phone metadata',
  resolveId(source) {
    return source === METADATA_FILE ? { id: METADATA_FILE, external: true } : null;
  },
  load: {
    filter: { id: METADATA },
    async handler(id) {
      const source = await readFile(id.replace(/\.js$/, ''), 'utf8');
      const metadata: unknown = JSON.parse(source);
      if (typeof metadata !== 'object' || metadata === null) throw new Error(`${id} holds no object.`);
      this.emitFile({ type: 'asset', fileName: path.posix.join('shared', METADATA_FILE), source });
      return [
        'let metadata;',
        `const read = () => (metadata ??= require('${METADATA_FILE}'));`,
        'export default {',
        ...Object.keys(metadata).map((name) => `  get ${name}() { return read().${name}; },`),
        '};',
      ].join('\n');
    },
  },
};

/** Beside the chunk that holds core. */
const EXPRESSIONS_FILE = './regular-expressions.js';
/** Below core, so that it is bundled with core. */
const LAZY_EXPRESSIONS = path.join(root, 'packages/core/src/call/lazy-re2js.js');

/**
 * The engine of regular expressions as a file of its own, read by the first filter that has one: it
 * takes 1.5 MB of memory.
 */
const lazyExpressions: Plugin = {
  name: 'lazy regular expressions',
  buildStart() {
    this.emitFile({
      type: 'chunk',
      id: createRequire(import.meta.url).resolve('re2js'),
      fileName: path.posix.join('shared', EXPRESSIONS_FILE),
    });
  },
  resolveId(source) {
    if (source === 're2js') return { id: LAZY_EXPRESSIONS };
    return source === EXPRESSIONS_FILE ? { id: EXPRESSIONS_FILE, external: true } : null;
  },
  load(id) {
    if (id !== LAZY_EXPRESSIONS) return null;
    return [
      'let engine;',
      'export const RE2JS = {',
      `  compile: (source) => (engine ??= require('${EXPRESSIONS_FILE}')).RE2JS.compile(source),`,
      '};',
    ].join('\n');
  },
};

/** One character beyond Latin-1 makes V8 store the whole file in two bytes per character. */
const latinSource: Plugin = {
  name: 'Latin-1 source',
  // After the last step that generates code.
  generateBundle(_options, bundle) {
    for (const output of Object.values(bundle)) {
      if (output.type !== 'chunk') continue;
      output.code = output.code.replace(
        /[^\0-\xff]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    }
  },
};

export const leanBundle: readonly Plugin[] = [lazyPhoneMetadata, lazyExpressions, latinSource];
