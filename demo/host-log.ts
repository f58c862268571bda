import { appendFileSync, writeFileSync } from 'node:fs';

/**
 * Writes a host's output to a file instead of the terminal. @returns a function that writes output
 */
export function hostLog(file: string): (text: string) => void {
  let usable = true;
  const write = (put: () => void): void => {
    try {
      put();
    } catch {
      // A full disk must not end the demonstration.
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
