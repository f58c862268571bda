import { isLoopback } from './parameters.ts';
import type { Unreachable } from './webhook-post.ts';

/** In milliseconds, for each of the two questions. */
const PROBE_TIMEOUT_MS = 5_000;

const PROBE: RequestInit = {
  method: 'GET',
  credentials: 'omit',
  cache: 'no-store',
  referrerPolicy: 'no-referrer',
};

/**
 * Finds out why a post got no answer, which the browser does not say. Asks the server without the
 * secret and without an event. Never throws.
 */
export async function explainFailure(url: string): Promise<Unreachable> {
  const probe = probeAddress(url);
  const readable = await ask(probe, { mode: 'cors', redirect: 'manual' });
  if (readable === 'opaqueredirect') return 'redirected';
  // It answers again, and lets this page read it: the failure has passed.
  if (readable !== null) return 'unreachable';
  // An answer that this page may not read is an answer nevertheless.
  if ((await ask(probe, { mode: 'no-cors' })) !== null) return 'unreadable';
  return (await isLocalNetworkDenied(url)) ? 'localNetwork' : 'unreachable';
}

/** The endpoint ignores a request with this name; any other GET would be one of an IVR. */
export function probeAddress(url: string): string {
  const address = new URL(url);
  address.searchParams.set('apiName', 'connectorProbe');
  return address.href;
}

async function ask(url: string, init: RequestInit): Promise<ResponseType | null> {
  try {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    const response = await fetch(url, { ...PROBE, ...init, signal });
    await response.body?.cancel();
    return response.type;
  } catch {
    return null;
  }
}

/** Chrome 142 and later: a page of the internet needs a permission for local addresses. */
async function isLocalNetworkDenied(url: string): Promise<boolean> {
  const name = isLoopback(new URL(url).hostname) ? 'loopback-network' : 'local-network';
  // The second is the name that Chrome had first.
  const states = await Promise.all([permissionState(name), permissionState('local-network-access')]);
  return states.find((state) => state !== null) === 'denied';
}

async function permissionState(name: string): Promise<PermissionState | null> {
  try {
    // TypeScript lists none of these names.
    const { state } = await navigator.permissions.query(
      Object.assign({ name: 'geolocation' as const }, { name }),
    );
    return state;
  } catch {
    return null;
  }
}
