import path from 'node:path';

/** The repository's root folder. */
export const root = path.resolve(import.meta.dirname, '..');

/** Where the tarballs of published packages go. */
export const artifacts = path.join(root, 'artifacts');

/** The browser connector as it is uploaded into Accolades. */
export const connectorZip = path.join(root, 'packages/connector/dist/accolades-flow-connector.zip');
