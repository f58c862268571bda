/** A published package and the files that its tarball may hold. */
export interface PublishedPackage {
  readonly name: string;
  /** Its folder in the repository. */
  readonly folder: string;
  /** Of the packed tarball. */
  readonly maxBytes: number;
  /** Each file must match a pattern, and each pattern a file. */
  readonly files: readonly RegExp[];
  /** Third-party code is bundled, so its licences must be included. */
  readonly bundles: boolean;
}

const KB = 1024;
const ALWAYS = [/^package\.json$/, /^README\.md$/, /^LICENSE$/];

export const N8N: PublishedPackage = {
  name: 'n8n-nodes-accolades',
  folder: '.',
  maxBytes: 350 * KB,
  files: [
    ...ALWAYS,
    /^dist\/nodes\/([A-Z][A-Za-z]+)\/\1\.node\.(js|json)$/,
    /^dist\/nodes\/shared\/accolades(\.dark)?\.svg$/,
    /^dist\/credentials\/[A-Z][A-Za-z]+\.credentials\.js$/,
    /^dist\/shared\/[a-z-]+\.js$/,
    /^dist\/shared\/phone-metadata\.json$/,
    /^dist\/shared\/THIRD-PARTY-LICENSES\.txt$/,
  ],
  bundles: true,
};

export const NODE_RED: PublishedPackage = {
  name: '@accolades-flow/node-red-accolades',
  folder: 'packages/node-red',
  maxBytes: 400 * KB,
  files: [
    ...ALWAYS,
    /^dist\/nodes\/accolades-[a-z]+\.(js|html)$/,
    /^dist\/nodes\/shared\/[a-z-]+\.js$/,
    /^dist\/nodes\/shared\/phone-metadata\.json$/,
    /^dist\/nodes\/locales\/(en-US|ro)\/accolades-[a-z]+\.json$/,
    /^dist\/nodes\/locales\/ro\/accolades-[a-z]+\.html$/,
    /^dist\/nodes\/icons\/accolades-[a-z]+\.svg$/,
    /^dist\/THIRD-PARTY-LICENSES\.txt$/,
    /^examples\/[A-Z][^/]*\.json$/,
  ],
  bundles: true,
};

export const CORE: PublishedPackage = {
  name: '@accolades-flow/core',
  folder: 'packages/core',
  maxBytes: 200 * KB,
  files: [...ALWAYS, /^PROTOCOL\.md$/, /^dist\/(?:(?:platform\/)?[a-z-]+\/)?[a-z0-9-]+\.(js|d\.ts)$/],
  bundles: false,
};

export const SIMULATOR: PublishedPackage = {
  name: '@accolades-flow/simulator',
  folder: 'packages/simulator',
  maxBytes: 150 * KB,
  files: [
    ...ALWAYS,
    /^dist\/(?:[a-z-]+\/)?[a-z0-9-]+\.(js|d\.ts)$/,
    /^dist\/console\/page\/(style\/)?[a-z-]+\.(js|css|html|svg)$/,
  ],
  bundles: false,
};

export const PUBLISHED = [CORE, N8N, NODE_RED, SIMULATOR] as const;
