import type { AuthSuccessType } from './messages.ts';

/** How the server behaves; can be changed while it runs. */
export interface ServerSettings {
  /** What the server says its version is. The documented one is 1.1.0. */
  version: string;
  /** How a successful authentication is spelled. Default: as documented, `authSucces`. */
  authSuccessType: AuthSuccessType;
  /** How long the session of a peer that has gone silent is still held, in milliseconds. */
  sessionTimeoutMs: number;
  /** Whether the connection is closed after a refusal. What the real server does is not published. */
  closeAfterAuthFailed: boolean;
}
