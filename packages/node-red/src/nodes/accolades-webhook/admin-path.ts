/** The first part of each path of Node-RED's admin API, of its editor and of its own nodes. */
const ADMIN_PARTS: ReadonlySet<string> = new Set([
  'auth',
  'comms',
  'context',
  'credentials',
  'debug',
  'diagnostics',
  'flow',
  'flows',
  'icons',
  'inject',
  'library',
  'locales',
  'nodes',
  'plugins',
  'projects',
  'resources',
  'settings',
  'theme',
  'udp-ports',
]);

/**
 * Whether a path of the HTTP nodes belongs to Node-RED's admin API. By default both have the same
 * root, and an endpoint there would take the bodies of the editor's requests.
 * @param nodeRoot the setting `httpNodeRoot`
 * @param adminRoot the setting `httpAdminRoot`; false: there is no admin API
 */
export function isAdminPath(path: string, nodeRoot: unknown, adminRoot: unknown): boolean {
  if (adminRoot === false) return false;
  // Express ignores case.
  const url = `${rootOf(nodeRoot)}${path}`.toLowerCase();
  const prefix = `${rootOf(adminRoot)}/`.toLowerCase();
  return url.startsWith(prefix) && ADMIN_PARTS.has(url.slice(prefix.length).split('/', 1)[0] ?? '');
}

function rootOf(root: unknown): string {
  return typeof root === 'string' ? `/${root}`.replace(/\/{2,}/g, '/').replace(/\/$/, '') : '';
}
