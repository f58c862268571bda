/** The major number of the API versions that this library was written for. */
export const KNOWN_MAJOR_VERSION = 1;

/**
 * Whether this library was written for a version of the API. Another major number may mean other fields.
 * @param version as the server answers: `1.1.0`
 */
export function isKnownVersion(version: string): boolean {
  return Number(/^\s*v?(\d+)/.exec(version)?.[1]) === KNOWN_MAJOR_VERSION;
}
