import type { EndpointSettings } from '../notifications/endpoint-settings.ts';
import { readEndpointSettings } from '../notifications/endpoint-settings.ts';
import { isDuration } from '../calls/call-settings.ts';
import { maskSecret } from '../masking.ts';

/** A phone to add or change; omitted properties stay unchanged. */
export interface PhoneSetup {
  /** The id in REST commands; digits. Unique. */
  deviceId: string;
  /** The id in call notifications; digits. Default: the device's id. */
  userId?: string | undefined;
  /** The `idCrm` of the agent that uses it, whose API session receives its calls. Default: none. */
  idCrm?: string | null | undefined;
  /** The account whose REST commands may use it. `null` (default): any. */
  accountNumber?: string | null | undefined;
  /**
   * The maximum duration of a call, in seconds; then the endpoint is asked with `confirmHangup`.
   * Default 0: no limit.
   */
  maxDurationS?: number | undefined;
  /** The destination of its call notifications; `null` (default): none. */
  notifications?: EndpointSettings | null | undefined;
  /** Posts no notification, although an endpoint is set. Default false. */
  silent?: boolean | undefined;
  /** Its internal number; digits. `null` (default): its device id. */
  extension?: string | null | undefined;
  /**
   * When it is answered: automatically after this many milliseconds, only `byHand`, or `null`
   * (default) as the call settings say. A phone that already talks is only answered by hand.
   */
  answerMs?: number | 'byHand' | null | undefined;
  /**
   * What a second call does while the phone is in use: it `rings` (default), or finds it `busy`.
   */
  whileTalking?: WhileTalking | undefined;
  /** The `userType` of its notifications, such as `voicemail`. Default `user`. */
  userType?: string | undefined;
}

export type WhileTalking = 'rings' | 'busy';

/** A configured phone. */
export interface Phone {
  readonly deviceId: string;
  readonly userId: string;
  readonly idCrm: string | null;
  readonly accountNumber: string | null;
  readonly maxDurationS: number;
  readonly notifications: EndpointSettings | null;
  readonly silent: boolean;
  readonly extension: string | null;
  readonly answerMs: number | 'byHand' | null;
  readonly whileTalking: WhileTalking;
  readonly userType: string;
}

/** The number under which other phones call it. */
export function internalNumber({ extension, deviceId }: Phone): string {
  return extension ?? deviceId;
}

/** The largest maximum duration of a call, in seconds: a day. */
const MAX_DURATION_S = 86_400;

export const WHILE_TALKING: readonly WhileTalking[] = ['rings', 'busy'];

/** The phones of the simulated PBX, in the order of their creation. */
export class PhoneDirectory {
  readonly #phones = new Map<string, Phone>();

  /** Adds a phone, or changes the one with this device id. @throws when a value is unusable */
  set(setup: PhoneSetup): Phone {
    const before = this.#phones.get(setup.deviceId) ?? newPhone(setup.deviceId);
    const phone: Phone = {
      deviceId: setup.deviceId,
      userId: setup.userId ?? before.userId,
      idCrm: given(setup.idCrm, before.idCrm),
      accountNumber: given(setup.accountNumber, before.accountNumber),
      maxDurationS: setup.maxDurationS ?? before.maxDurationS,
      notifications: given(setup.notifications, before.notifications),
      silent: setup.silent ?? before.silent,
      extension: given(setup.extension, before.extension),
      answerMs: given(setup.answerMs, before.answerMs),
      whileTalking: setup.whileTalking ?? before.whileTalking,
      userType: setup.userType ?? before.userType,
    };
    checkPhone(phone);
    const same = this.all().find((other) => other.extension !== null && other.extension === phone.extension);
    if (same && same.deviceId !== phone.deviceId) {
      throw new Error(`The phone ${same.deviceId} already has this internal number.`);
    }
    const stored = {
      ...phone,
      notifications: phone.notifications && readEndpointSettings(phone.notifications),
    };
    this.#phones.set(phone.deviceId, stored);
    return stored;
  }

  has(deviceId: string): boolean {
    return this.#phones.has(deviceId);
  }

  get(deviceId: string): Phone | undefined {
    return this.#phones.get(deviceId);
  }

  /** @throws when there is no such phone */
  require(deviceId: string): Phone {
    const phone = this.#phones.get(deviceId);
    if (!phone) throw new Error(`There is no phone with the device id ${deviceId.slice(0, 40)}.`);
    return phone;
  }

  /** The phone with this internal number, when one was given to it. */
  withExtension(extension: string): Phone | undefined {
    return this.all().find((phone) => phone.extension === extension);
  }

  /** The first phone of an agent. @throws when it has none */
  ofAgent(idCrm: string): Phone {
    for (const phone of this.#phones.values()) if (phone.idCrm === idCrm) return phone;
    throw new Error(`The agent with the idCrm ${maskSecret(idCrm)} has no phone.`);
  }

  all(): Phone[] {
    return [...this.#phones.values()];
  }

  removeOfAgent(idCrm: string): void {
    for (const phone of this.all()) if (phone.idCrm === idCrm) this.#phones.delete(phone.deviceId);
  }
}

/** Null is a value, undefined is none. */
function given<Value>(value: Value | undefined, otherwise: Value): Value {
  return value === undefined ? otherwise : value;
}

function newPhone(deviceId: string): Phone {
  return {
    deviceId,
    userId: deviceId,
    idCrm: null,
    accountNumber: null,
    maxDurationS: 0,
    notifications: null,
    silent: false,
    extension: null,
    answerMs: null,
    whileTalking: 'rings',
    userType: 'user',
  };
}

/** @throws when a value is unusable */
function checkPhone(phone: Phone): void {
  const { maxDurationS, answerMs } = phone;
  if (!/^\d{1,20}$/.test(phone.deviceId)) throw new Error('A device id must be a number, as text.');
  if (!/^\d{1,20}$/.test(phone.userId)) throw new Error('A user id must be a number, as text.');
  if (phone.extension !== null && !/^\d{1,20}$/.test(phone.extension)) {
    throw new Error('An internal number must be digits.');
  }
  if (!Number.isInteger(maxDurationS) || maxDurationS < 0 || maxDurationS > MAX_DURATION_S) {
    throw new Error(`The longest call must be whole seconds from 0 to ${MAX_DURATION_S}.`);
  }
  if (answerMs !== null && answerMs !== 'byHand' && !isDuration(answerMs)) {
    throw new Error('The time until the phone is answered must be milliseconds, from 0 to a day.');
  }
  if (!WHILE_TALKING.includes(phone.whileTalking)) {
    throw new Error(`A phone that talks is one of ${WHILE_TALKING.join(', ')}.`);
  }
  if (phone.userType === '' || phone.userType.length > 80) {
    throw new Error('The user type must be a text of at most 80 characters.');
  }
}
