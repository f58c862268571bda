import type { CallLife } from '../calls/call-life.ts';
import type { CallSettings } from '../calls/call-settings.ts';
import { maskedUrl } from '../notifications/endpoint-settings.ts';
import type { NotificationSettings } from '../notifications/notification-settings.ts';
import type { AgentInfo } from '../pbx/agent.ts';
import type { Phone, WhileTalking } from '../pbx/phone-directory.ts';
import type { AccountLogEntry } from '../rest-api/account-directory.ts';
import type { RestSettings } from '../rest-api/rest-settings.ts';
import type { Simulator } from '../simulator.ts';

const CALLS_SHOWN = 20;
const LOG_ENTRIES_SHOWN = 40;
const PHONES_SHOWN = 200;

interface PhoneView {
  deviceId: string;
  userId: string;
  /** The key and the name of the agent that uses it. */
  agent: { key: number; name: string } | null;
  accountNumber: string | null;
  maxDurationS: number;
  /** The address is masked, because its path or query may hold a secret. */
  notifications: { maskedUrl: string; timeoutMs: number | null } | null;
  silent: boolean;
  extension: string | null;
  answerMs: number | 'byHand' | null;
  whileTalking: WhileTalking;
  userType: string;
}

/**
 * The page's data about the REST API, phones and calls with a life. Holds no password or secret
 * path.
 */
export interface TelephonyState {
  rest: {
    url: string | null;
    settings: RestSettings;
    blacklist: string[];
    accounts: { accountNumber: string; apiActive: boolean; log: AccountLogEntry[] }[];
  };
  phones: PhoneView[];
  callSettings: CallSettings;
  notificationSettings: NotificationSettings;
  /** Newest first. */
  lives: CallLife[];
}

export function telephonyState(simulator: Simulator): TelephonyState {
  const agents = new Map(simulator.agents().map((agent) => [agent.idCrm, agent]));
  return {
    rest: {
      url: simulator.restUrl,
      settings: simulator.telephony.restSettings,
      blacklist: simulator.telephony.blacklist(),
      accounts: simulator.telephony.accounts().map(({ accountNumber, apiActive }) => ({
        accountNumber,
        apiActive,
        log: simulator.telephony.accountLog(accountNumber).slice(-LOG_ENTRIES_SHOWN).reverse(),
      })),
    },
    phones: simulator.telephony
      .phones()
      .slice(0, PHONES_SHOWN)
      .map((phone) => phoneView(phone, phone.idCrm === null ? undefined : agents.get(phone.idCrm))),
    callSettings: simulator.telephony.callSettings,
    notificationSettings: simulator.telephony.notificationSettings,
    lives: simulator.telephony.calls().slice(0, CALLS_SHOWN),
  };
}

function phoneView(phone: Phone, agent: AgentInfo | undefined): PhoneView {
  const { deviceId, userId, accountNumber, maxDurationS, notifications } = phone;
  const { silent, extension, answerMs, whileTalking, userType } = phone;
  return {
    deviceId,
    userId,
    agent: agent ? { key: agent.key, name: agent.name } : null,
    accountNumber,
    maxDurationS,
    notifications: notifications && {
      maskedUrl: maskedUrl(notifications.url),
      timeoutMs: notifications.timeoutMs ?? null,
    },
    silent,
    extension,
    answerMs,
    whileTalking,
    userType,
  };
}
