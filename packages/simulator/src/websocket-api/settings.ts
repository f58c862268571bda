import type { AuthSuccessType } from './messages.ts';

/** The server's settings; they can change while it runs. */
export interface ServerSettings {
  /** The version that the server reports. The documented one is 1.1.0. */
  version: string;
  /** The spelling of a successful authentication. Default: as documented, `authSucces`. */
  authSuccessType: AuthSuccessType;
  /** How long the session of a silent peer is held, in milliseconds. */
  sessionTimeoutMs: number;
  /**
   * Whether the connection closes after a refusal. The real server's behaviour is not published.
   */
  closeAfterAuthFailed: boolean;
}

export const DEFAULT_SETTINGS: Readonly<ServerSettings> = {
  version: '1.1.0',
  authSuccessType: 'authSucces',
  sessionTimeoutMs: 60_000,
  closeAfterAuthFailed: true,
};

/** Checks settings from any source; `undefined` omits one. @throws naming the unusable setting */
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
