import type { RequestType } from './messages.ts';

/** Returns `{"type":"authRequest","idCrm":…}`, the first frame of a session. [seed] */
export function encodeAuthRequest(idCrm: string): string {
  return JSON.stringify({ type: 'authRequest', idCrm });
}

/**
 * Returns `{"type":"configuration"}` or `{"type":"version"}`. Replies carry no request id. [seed]
 */
export function encodeRequest(type: RequestType): string {
  return JSON.stringify({ type });
}
