import { createWriteStream } from 'node:fs';

/** Keeps what a host prints in a file, out of the terminal. */
export function hostLog(file: string): { write: (text: string) => void; close: () => void } {
  const stream = createWriteStream(file);
  // A disk that is full is no reason to end the demonstration.
  stream.on('error', () => undefined);
  return { write: (text) => void stream.write(text), close: () => void stream.end() };
}
