import { FlateErrorCode, unzipSync } from 'fflate';

/**
 * Limits of an upload: connectors are small, and a zip can unpack to far more than its own size.
 */
const MAX_ENTRIES = 1000;
const MAX_UNPACKED_BYTES = 16 * 1024 * 1024;

export interface ZipEntry {
  /** With `/` between folders. */
  readonly name: string;
  readonly content: Buffer;
}

/** An error in the zip, with a message for the user. */
class ZipProblem extends Error {}

/**
 * Unpacks the selected entries of a zip.
 * @param wanted whether to unpack the entry with this name
 * @throws Error when the file is not a zip, is damaged, or exceeds 1,000 entries or 16 MiB unpacked
 */
export function readZip(zip: Uint8Array, wanted: (name: string) => boolean = () => true): ZipEntry[] {
  let entries = 0;
  let unpacked = 0;
  try {
    // fflate calls this before it unpacks an entry, and never unpacks more than the size given
    // here.
    const files = unzipSync(zip, {
      filter({ name, size, originalSize }) {
        entries += 1;
        if (entries > MAX_ENTRIES) throw new ZipProblem('The zip has too many files for a connector.');
        if (name.endsWith('/') || !wanted(name)) return false;
        unpacked += Math.max(size, originalSize);
        if (unpacked > MAX_UNPACKED_BYTES) throw new ZipProblem('The zip is too large for a connector.');
        return true;
      },
    });
    return Object.entries(files).map(([name, content]) => ({
      name: name.replaceAll('\\', '/'),
      content: Buffer.from(content),
    }));
  } catch (error) {
    if (error instanceof ZipProblem) throw error;
    const notZip = error instanceof Error && Reflect.get(error, 'code') === FlateErrorCode.InvalidZipData;
    throw new Error(notZip ? 'The file is not a zip.' : 'The zip is damaged.', { cause: error });
  }
}
