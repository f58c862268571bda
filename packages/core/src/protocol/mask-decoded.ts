import { maskDeep, maskIn } from '../json/mask.ts';
import type { Decoded } from './decode.ts';
import type { ConfigurationEntity, ServerMessage } from './messages.ts';

/** Masks the secret in every text of a decoded frame, except in the protocol's own names. */
export function maskDecoded(decoded: Decoded, secret: string): Decoded {
  switch (decoded.kind) {
    case 'malformed':
      return decoded;
    case 'unknown':
      return { ...decoded, type: maskIn(decoded.type, secret), raw: maskDeep(decoded.raw, secret) };
    case 'message':
      return { ...decoded, message: maskMessage(decoded.message, secret) };
  }
}

function maskMessage(message: ServerMessage, secret: string): ServerMessage {
  const raw = maskDeep(message.raw, secret);
  switch (message.type) {
    case 'incomingCall':
    case 'outgoingCall':
      return {
        ...message,
        phoneNumber: maskIn(message.phoneNumber, secret),
        uniqueId: maskIn(message.uniqueId, secret),
        raw,
      };
    case 'authSuccess':
      return { ...message, version: message.version === null ? null : maskIn(message.version, secret), raw };
    case 'authFailed':
      return { ...message, reason: maskIn(message.reason, secret), raw };
    case 'configuration': {
      const { account, phone, agent } = message.configuration;
      const configuration = {
        account: maskEntity(account, secret),
        phone: maskEntity(phone, secret),
        agent: maskEntity(agent, secret),
      };
      return { ...message, configuration, raw };
    }
    case 'version':
      return { ...message, version: maskIn(message.version, secret), raw };
    case 'connectionClosed':
    case 'error':
      return { ...message, raw };
  }
}

function maskEntity(entity: ConfigurationEntity | null, secret: string): ConfigurationEntity | null {
  return (
    entity && { id: entity.id === null ? null : maskIn(entity.id, secret), data: maskIn(entity.data, secret) }
  );
}
