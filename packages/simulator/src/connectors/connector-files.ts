import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { readZip } from './read-zip.ts';

/** The file types that Accolades accepts. It ignores all others. [help] */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.htm': 'text/html; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};
const START_PAGE = 'index.html';
/** A folder with more files is not a connector; reading it all would waste memory. */
const MAX_FOLDER_FILES = 1000;

interface ConnectorFile {
  readonly content: Buffer;
  readonly contentType: string;
}

/** The files of a custom connector, by their name without folders. */
export type ConnectorFiles = ReadonlyMap<string, ConnectorFile>;

/**
 * Reads an upload like Accolades: a zip, whose folders are flattened and whose files of other types
 * are ignored, or one HTML file, which becomes `index.html`. [help]
 * @throws Error when there is no `index.html`, the zip cannot be read, or two files have the same
 * name
 */
export function readUpload(name: string, content: Uint8Array): ConnectorFiles {
  if (/\.html?$/i.test(name)) return flattened([[START_PAGE, Buffer.from(content)]]);
  return flattened(readZip(content, isServed).map((entry) => [entry.name, entry.content]));
}

/**
 * Reads a zip, an HTML file, or a folder as if it were zipped. Skips `node_modules` and names that
 * begin with a dot.
 * @throws Error, see {@link readUpload}
 */
export async function readConnector(location: string): Promise<ConnectorFiles> {
  const found = await stat(location).catch(() => null);
  if (found === null) throw new Error(`There is no connector at ${location}.`);
  if (!found.isDirectory()) return readUpload(location, await readFile(location));
  const files: [string, Buffer][] = [];
  for (const file of await filesBelow(location)) files.push([file, await readFile(file)]);
  return flattened(files);
}

async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const at = path.join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await filesBelow(at)));
    else if (entry.isFile() && isServed(entry.name)) files.push(at);
    if (files.length > MAX_FOLDER_FILES) throw new Error(`${folder} has too many files for a connector.`);
  }
  return files;
}

function isServed(name: string): boolean {
  return contentTypeOf(name) !== undefined;
}

function contentTypeOf(name: string): string | undefined {
  return CONTENT_TYPES[path.extname(name).toLowerCase()];
}

function flattened(files: readonly (readonly [string, Buffer])[]): ConnectorFiles {
  const served = new Map<string, ConnectorFile>();
  for (const [location, content] of files) {
    const name = path.basename(location);
    const contentType = contentTypeOf(name);
    if (contentType === undefined) continue;
    // Not published: which of them Accolades keeps.
    if (served.has(name)) {
      throw new Error(`Rename one of the files called ${name}: Accolades puts all files into one folder.`);
    }
    served.set(name, { content, contentType });
  }
  if (!served.has(START_PAGE)) throw new Error(`Add an ${START_PAGE}: a connector needs one.`);
  return served;
}
