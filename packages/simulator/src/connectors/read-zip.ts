import { crc32, inflateRawSync } from 'node:zlib';

/** What a zip's entries may come to, in bytes; connectors are small. */
const MAX_UNPACKED_BYTES = 16 * 1024 * 1024;

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const STORED = 0;
const DEFLATED = 8;

export interface ZipEntry {
  /** With `/` between folders; a folder's own entry ends in one. */
  readonly name: string;
  readonly content: Buffer;
}

/**
 * Reads all entries of a zip, by its central directory.
 * @throws Error, saying what is wrong, for what is no zip, is damaged, encrypted, split or in the large format (ZIP64)
 */
export function readZip(zip: Buffer): ZipEntry[] {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || zip.length < end + END_BYTES || zip.readUInt32LE(end) !== END_SIGNATURE) {
    throw new Error('The file is no zip.');
  }
  const count = zip.readUInt16LE(end + 10);
  const entries: ZipEntry[] = [];
  let at = zip.readUInt32LE(end + 16);
  let unpacked = 0;
  try {
    for (let i = 0; i < count; i++) {
      if (zip.readUInt32LE(at) !== ENTRY_SIGNATURE) throw new RangeError();
      const size = zip.readUInt32LE(at + 24);
      unpacked += size;
      if (unpacked > MAX_UNPACKED_BYTES) throw new Error('The zip is too large for a connector.');
      const nameLength = zip.readUInt16LE(at + 28);
      const name = zip.toString('utf8', at + 46, at + 46 + nameLength).replaceAll('\\', '/');
      entries.push({ name, content: contentOf(zip, at, size, name) });
      at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
    }
  } catch (error) {
    if (error instanceof RangeError) throw new Error('The zip is damaged.', { cause: error });
    throw error;
  }
  return entries;
}

/** @param at where the entry stands in the central directory */
function contentOf(zip: Buffer, at: number, size: number, name: string): Buffer {
  const flags = zip.readUInt16LE(at + 8);
  const method = zip.readUInt16LE(at + 10);
  const crc = zip.readUInt32LE(at + 16);
  const packedSize = zip.readUInt32LE(at + 20);
  const local = zip.readUInt32LE(at + 42);
  if ((flags & 1) !== 0) throw new Error(`${name} in the zip is encrypted.`);
  if (zip.readUInt32LE(local) !== LOCAL_SIGNATURE) throw new RangeError();
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const packed = zip.subarray(start, start + packedSize);
  if (method !== STORED && method !== DEFLATED) {
    throw new Error(`${name} in the zip is packed in a way that is not known here.`);
  }
  let content: Buffer;
  try {
    content = method === STORED ? Buffer.from(packed) : inflateRawSync(packed, { maxOutputLength: size + 1 });
  } catch (error) {
    throw new Error(`${name} in the zip is damaged.`, { cause: error });
  }
  if (content.length !== size || crc32(content) !== crc) throw new Error(`${name} in the zip is damaged.`);
  return content;
}
