/**
 * Loaded into node-red-dev (by NODE_OPTIONS): gives it, for the two addresses that it asks over the
 * network, what this machine's npm says where it cannot ask itself. Which addresses it could not
 * reach is written to the file NODE_RED_DEV_UNREACHED.
 */
const { appendFileSync } = require('node:fs');
const Module = require('node:module');

/** By the last part of the address. */
const STAND_INS = {
  'catalogue.json': { modules: [] },
  'node-red': JSON.parse(process.env.NODE_RED_DEV_FACTS ?? '{}'),
};

const load = Module._load;
Module._load = function (request, ...rest) {
  const loaded = load.call(this, request, ...rest);
  if (request !== 'axios') return loaded;
  return {
    ...loaded,
    get: (url) =>
      loaded.get(url, { timeout: 15_000 }).catch((error) => {
        const last = new URL(url).pathname.split('/').at(-1);
        if (!(last in STAND_INS)) throw error;
        appendFileSync(process.env.NODE_RED_DEV_UNREACHED, `${url}\n`);
        return { data: STAND_INS[last] };
      }),
  };
};
