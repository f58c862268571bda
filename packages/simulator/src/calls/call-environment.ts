import type { Clock } from '../clock.ts';
import type { HangupReplyParser } from '../notifications/hangup-decision.ts';
import type { Notification } from '../notifications/notification.ts';
import type { NotificationSettings } from '../notifications/notification-settings.ts';
import type { NotificationOutcome } from '../notifications/notifier.ts';
import type { EndpointSettings } from '../notifications/endpoint-settings.ts';
import type { CallDirection } from '../pbx/call.ts';
import type { Phone } from '../pbx/phone-directory.ts';
import type { CallLife } from './call-life.ts';
import type { CallSettings } from './call-settings.ts';

/** A WebSocket event for the agents of some phones. */
export interface AgentEventRequest {
  readonly direction: CallDirection;
  readonly phoneNumber: string;
  readonly callCenter: boolean;
  readonly uniqueId: string;
}

/** The parts of the PBX that calls need. */
export interface CallEnvironment {
  readonly clock: Clock;
  readonly settings: () => Readonly<CallSettings>;
  readonly notificationSettings: () => Readonly<NotificationSettings>;
  readonly newId: () => string;
  /** @throws when there is no such phone */
  readonly phone: (deviceId: string) => Phone;
  /** The phone with this internal number, if any. */
  readonly phoneWithExtension: (extension: string) => Phone | undefined;
  /** The phone for people, with the name of its agent. */
  readonly nameOf: (phone: Phone) => string;
  /** Whether the phone is off the hook in a call other than this one. */
  readonly isInUse: (deviceId: string, exceptCallId: string) => boolean;
  /**
   * Sends an event to the agents of these phones. @returns a text for each phone's timeline entry
   */
  readonly notifyAgents: (phones: readonly Phone[], event: AgentEventRequest) => string[];
  readonly notifyEndpoint: (
    endpoint: EndpointSettings,
    notification: Notification,
  ) => Promise<NotificationOutcome>;
  readonly parseHangupReply: HangupReplyParser;
  /** Called after every change of a call. */
  readonly onChange: (call: CallLife) => void;
}
