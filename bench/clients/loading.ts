/**
 * Loads a host's modules once and reports the cost.
 *
 * Arguments: `{"preload":[…],"files":[…]}`, paths of CommonJS modules. `preload` lists modules
 * that the host has already loaded. A module that is a function is called as Node-RED does,
 * with an API that accepts everything.
 */
import { createRequire } from 'node:module';
import { fieldsOf } from '../support/fields.ts';

const require = createRequire(import.meta.url);
const { preload, files } = fieldsOf(JSON.parse(process.argv[2] ?? '{}'));
for (const file of listOf(preload)) require(file);
const host = new Set(Object.keys(require.cache));

await settle();
const before = process.memoryUsage();
const begun = performance.now();
for (const file of listOf(files)) {
  const loaded: unknown = require(file);
  if (typeof loaded === 'function') Reflect.apply(loaded, anything(), [anything()]);
}
const ms = performance.now() - begun;
const loadedAt = process.memoryUsage().rss;
await settle();
const after = process.memoryUsage();
process.send?.({
  ms,
  heap: after.heapUsed + after.external - before.heapUsed - before.external,
  rss: after.rss - before.rss,
  rssAtOnce: loadedAt - before.rss,
  loaded: Object.keys(require.cache).filter((file) => !host.has(file)),
});

/** Buffers from reading and compiling are released only in the next turns. */
async function settle(): Promise<void> {
  for (let round = 0; round < 6; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** A callable object whose every property is the object itself. */
function anything(): unknown {
  const self: unknown = new Proxy(() => undefined, {
    get: (_, name) => (name === Symbol.toPrimitive ? () => '' : self),
    apply: () => self,
    construct: () => ({}),
  });
  return self;
}
