import { invalidParameter } from '../../runtime/invalid-parameter.ts';

/** A limit of our own, in characters. */
const MAX_PATH_CHARS = 200;

/**
 * Normalises the path of an endpoint: it starts with `/` and does not end with one.
 * @throws AccoladesError `INVALID_PARAMETER`, saying what to write
 */
export function readPath(value: unknown): string {
  const typed = typeof value === 'string' ? value.trim() : '';
  const path = `/${typed}`.replace(/\/{2,}/g, '/').replace(/\/$/, '');
  if (path === '') throw invalidParameter('No path is given. Write one, such as /accolades.');
  if (path.length > MAX_PATH_CHARS)
    throw invalidParameter(`The path is longer than ${MAX_PATH_CHARS} characters.`);
  if (!/^[A-Za-z0-9/_.~-]+$/.test(path)) {
    throw invalidParameter('The path may hold letters, digits, “/”, “-”, “_”, “.” and “~” only.');
  }
  return path;
}

/** Paths are case-insensitive, as in Node-RED's own HTTP nodes. */
export function pathKey(path: string): string {
  return path.toLowerCase();
}
