import { appendFileSync, writeFileSync } from 'node:fs';

/**
 * Keeps what a host prints in a file, out of the terminal.
 * @returns what writes a piece of output
 */
export function hostLog(file: string): (text: string) => void {
  let usable = true;
  const write = (put: () => void): void => {
    try {
      put();
    } catch {
      // A disk that is full is no reason to end the demonstration.
      usable = false;
    }
  };
  write(() => {
    writeFileSync(file, '');
  });
  return (text) => {
    if (usable) {
      write(() => {
        appendFileSync(file, text);
      });
    }
  };
}
