/** Major version of the API that this library supports. */
export const KNOWN_MAJOR_VERSION = 1;

/**
 * Whether this library supports a version of the API. Another major version may have other fields.
 * @param version as the server sends it: `1.1.0`
 */
export function isKnownVersion(version: string): boolean {
  return Number(/^\s*v?(\d+)/.exec(version)?.[1]) === KNOWN_MAJOR_VERSION;
}
