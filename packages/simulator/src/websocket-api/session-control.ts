import type { ClientSession } from './client-session.ts';

/**
 * How a session is dropped:
 * - `close`: a closing handshake without an announcement
 * - `connectionClosed`: the `connectionClosed` message, then a closing handshake, as at logout
 * - `connectionClosedOnly`: only the message; the connection stays open
 * - `terminate`: the TCP connection ends at once
 * - `halfOpen`: reading and writing stop, the TCP connection stays; the session is held for
 * `sessionTimeoutMs`
 */
export type DropMethod = 'close' | 'connectionClosed' | 'connectionClosedOnly' | 'terminate' | 'halfOpen';

/** A live session. */
export interface SessionInfo {
  idCrm: string;
  ip: string;
  /** When it authenticated, in milliseconds since 1970. */
  since: number;
  /** The number of the connection, as in the frame log. */
  connection: number;
}

export function drop(session: ClientSession, how: DropMethod): void {
  switch (how) {
    case 'close':
      session.close();
      break;
    case 'connectionClosed':
      session.announceClose({ close: true });
      break;
    case 'connectionClosedOnly':
      session.announceClose({ close: false });
      break;
    case 'terminate':
      session.discard();
      break;
    case 'halfOpen':
      session.goHalfOpen();
      break;
  }
}

export function sessionInfo(session: ClientSession): SessionInfo {
  return {
    idCrm: session.agent?.idCrm ?? '',
    ip: session.ip,
    since: session.authenticatedAt,
    connection: session.number,
  };
}
