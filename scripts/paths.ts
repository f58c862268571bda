import path from 'node:path';

/** The repository's root folder. */
export const root = path.resolve(import.meta.dirname, '..');

/**
 * The entries of core, for bundlers. The longer names first: an alias also matches what is below
 * it.
 */
export const coreEntries = {
  '@accolades-flow/core/node': path.join(root, 'packages/core/src/platform/node/index.ts'),
  '@accolades-flow/core/web': path.join(root, 'packages/core/src/platform/web/index.ts'),
  '@accolades-flow/core': path.join(root, 'packages/core/src/index.ts'),
};

/** Where the tarballs of published packages go. */
export const artifacts = path.join(root, 'artifacts');

/** The browser connector as it is uploaded into Accolades. */
export const connectorZip = path.join(root, 'packages/connector/dist/accolades-flow-connector.zip');
