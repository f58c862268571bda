import type { RequestType } from './messages.ts';

/** `{"type":"authRequest","idCrm":…}`: the first frame of a session. [seed] */
export function encodeAuthRequest(idCrm: string): string {
  return JSON.stringify({ type: 'authRequest', idCrm });
}

/** `{"type":"configuration"}` or `{"type":"version"}`; replies carry no request id. [seed] */
export function encodeRequest(type: RequestType): string {
  return JSON.stringify({ type });
}
