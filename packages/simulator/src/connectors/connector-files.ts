import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { readZip } from './read-zip.ts';

/** What Accolades takes. [help] */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.htm': 'text/html; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};
const START_PAGE = 'index.html';

export interface ConnectorFile {
  readonly content: Buffer;
  readonly contentType: string;
}

/** The files of a custom connector, as an administrator uploads them into Accolades. */
export type ConnectorFiles = ReadonlyMap<string, ConnectorFile>;

/**
 * Reads what was uploaded: a zip, or one HTML file, which becomes `index.html`.
 * @throws Error for what Accolades does not take: other kinds of files, folders, no `index.html`
 */
export function readUpload(name: string, content: Buffer): ConnectorFiles {
  if (/\.html?$/i.test(name)) return checked([[START_PAGE, content]]);
  return checked(readZip(content).map((entry) => [entry.name, entry.content]));
}

/** Reads a zip, an HTML file, or a folder with the files in it. @throws Error, see {@link readUpload} */
export async function readConnector(location: string): Promise<ConnectorFiles> {
  const found = await stat(location).catch(() => null);
  if (found === null) throw new Error(`There is no connector at ${location}.`);
  if (!found.isDirectory()) return readUpload(location, await readFile(location));
  const entries = await readdir(location, { withFileTypes: true });
  return checked(
    await Promise.all(
      entries.map(async (entry): Promise<[string, Buffer]> =>
        entry.isDirectory()
          ? [`${entry.name}/`, Buffer.alloc(0)]
          : [entry.name, await readFile(path.join(location, entry.name))],
      ),
    ),
  );
}

function checked(files: readonly (readonly [string, Buffer])[]): ConnectorFiles {
  const checkedFiles = new Map<string, ConnectorFile>();
  for (const [name, content] of files) {
    if (name.includes('/')) throw new Error(`A connector is one flat folder; it has ${name}.`);
    const contentType = CONTENT_TYPES[path.extname(name).toLowerCase()];
    if (contentType === undefined) {
      throw new Error(`A connector may hold .htm, .html, .js and .css only; it has ${name}.`);
    }
    checkedFiles.set(name, { content, contentType });
  }
  if (!checkedFiles.has(START_PAGE)) throw new Error(`A connector needs an ${START_PAGE}.`);
  return checkedFiles;
}
