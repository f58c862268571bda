import type { AuthSuccessType } from './messages.ts';

/** How the server behaves; can be changed while it runs. */
export interface ServerSettings {
  /** What the server says its version is. The documented one is 1.1.0. */
  version: string;
  /** How a successful authentication is spelled. Default: as documented, `authSucces`. */
  authSuccessType: AuthSuccessType;
  /** How long the session of a peer that has gone silent is still held, in milliseconds. */
  sessionTimeoutMs: number;
  /**
   * Whether the connection is closed after a refusal. What the real server does is not published.
   */
  closeAfterAuthFailed: boolean;
}

export const DEFAULT_SETTINGS: Readonly<ServerSettings> = {
  version: '1.1.0',
  authSuccessType: 'authSucces',
  sessionTimeoutMs: 60_000,
  closeAfterAuthFailed: true,
};

/**
 * Checks settings from anywhere; `undefined` leaves one out.
 * @throws with the name of the setting that is not usable
 */
export function readServerSettings(input: object): Partial<ServerSettings> {
  const settings: Partial<ServerSettings> = {};
  const entries: [string, unknown][] = Object.entries(input);
  for (const [name, value] of entries) {
    if (value === undefined) continue;
    switch (name) {
      case 'version':
        if (typeof value !== 'string' || value === '') throw new Error('version must be text.');
        settings.version = value;
        break;
      case 'authSuccessType':
        if (value !== 'authSucces' && value !== 'authSuccess') {
          throw new Error('authSuccessType must be authSucces or authSuccess.');
        }
        settings.authSuccessType = value;
        break;
      case 'sessionTimeoutMs':
        if (typeof value !== 'number' || !(value > 0)) {
          throw new Error('sessionTimeoutMs must be more than 0 milliseconds.');
        }
        settings.sessionTimeoutMs = value;
        break;
      case 'closeAfterAuthFailed':
        if (typeof value !== 'boolean') throw new Error('closeAfterAuthFailed must be true or false.');
        settings.closeAfterAuthFailed = value;
        break;
      default:
        throw new Error(`There is no setting named ${name.slice(0, 40)}.`);
    }
  }
  return settings;
}
