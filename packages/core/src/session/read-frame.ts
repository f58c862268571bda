import { decode, MAX_FRAME_BYTES, type Decoded } from '../protocol/decode.ts';
import { maskDecoded } from '../protocol/mask-decoded.ts';
import type { ServerMessage } from '../protocol/messages.ts';
import { utf8Text } from '../protocol/utf8.ts';
import { shownText } from '../text/shown-text.ts';
import type { SessionContext, SessionListener } from './contract.ts';

/** A message that changes the session. The listener gets calls and the server's errors. */
export type SessionMessage = Exclude<ServerMessage, { type: 'error' | 'incomingCall' | 'outgoingCall' }>;

/**
 * Decodes a frame and masks the agent's idCrm: a server that echoes it must not leak it to a flow.
 * Returns null for a frame that does not change the session: the listener gets calls, and a report
 * of a frame that is unreadable, of an unknown type, or an error.
 */
export function readFrame(
  frame: string | Uint8Array,
  { idCrm, listener }: Pick<SessionContext, 'idCrm' | 'listener'>,
): SessionMessage | null {
  listener.onFrame?.(frame);
  const decoded = decodeMasked(frame, idCrm);
  switch (decoded.kind) {
    case 'malformed':
      listener.onReport({ kind: 'malformed', text: decoded.error.message });
      return null;
    case 'unknown':
      listener.onReport({
        kind: 'unknown',
        text: `The server sent a message of the unknown type “${shownText(decoded.type, 50)}”.`,
      });
      return null;
    case 'message':
      if (decoded.repaired) {
        listener.onReport({
          kind: 'repaired',
          text: `A message of type ${decoded.message.type} was not valid JSON; it was repaired.`,
        });
      }
      return readMessage(decoded.message, listener);
  }
}

function readMessage(message: ServerMessage, listener: SessionListener): SessionMessage | null {
  switch (message.type) {
    case 'incomingCall':
    case 'outgoingCall':
      listener.onCall(message);
      return null;
    case 'error':
      listener.onReport({
        kind: 'serverError',
        text: `The server reported an error: ${shownText(JSON.stringify(message.raw), 300)}`,
      });
      return null;
    default:
      return message;
  }
}

function decodeMasked(frame: string | Uint8Array, idCrm: string): Decoded {
  // The decoder rejects a frame that is too large or not UTF-8: pass it on as it is.
  const text =
    typeof frame === 'string' || frame.byteLength > MAX_FRAME_BYTES ? frame : (utf8Text(frame) ?? frame);
  const decoded = decode(text);
  // With an escape in the text, the idCrm may be visible only after decoding.
  const mayHoldIt = typeof text !== 'string' || text.includes(idCrm) || text.includes('\\');
  return mayHoldIt ? maskDecoded(decoded, idCrm) : decoded;
}
