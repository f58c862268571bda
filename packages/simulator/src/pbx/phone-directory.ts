import type { EndpointSettings } from '../notifications/endpoint-settings.ts';
import { readEndpointSettings } from '../notifications/endpoint-settings.ts';
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
}

/** A configured phone. */
export interface Phone {
  readonly deviceId: string;
  readonly userId: string;
  readonly idCrm: string | null;
  readonly accountNumber: string | null;
  readonly maxDurationS: number;
  readonly notifications: EndpointSettings | null;
}

/** The largest maximum duration of a call, in seconds: a day. */
const MAX_DURATION_S = 86_400;

/** The phones of the simulated PBX, in the order of their creation. */
export class PhoneDirectory {
  readonly #phones = new Map<string, Phone>();

  /** Adds a phone, or changes the one with this device id. @throws when a value is unusable */
  set(setup: PhoneSetup): Phone {
    if (!/^\d{1,20}$/.test(setup.deviceId)) throw new Error('A device id must be a number, as text.');
    const before = this.#phones.get(setup.deviceId);
    const userId = setup.userId ?? before?.userId ?? setup.deviceId;
    if (!/^\d{1,20}$/.test(userId)) throw new Error('A user id must be a number, as text.');
    const maxDurationS = setup.maxDurationS ?? before?.maxDurationS ?? 0;
    if (!Number.isInteger(maxDurationS) || maxDurationS < 0 || maxDurationS > MAX_DURATION_S) {
      throw new Error(`The longest call must be whole seconds from 0 to ${MAX_DURATION_S}.`);
    }
    const phone: Phone = {
      deviceId: setup.deviceId,
      userId,
      idCrm: setup.idCrm === undefined ? (before?.idCrm ?? null) : setup.idCrm,
      accountNumber:
        setup.accountNumber === undefined ? (before?.accountNumber ?? null) : setup.accountNumber,
      maxDurationS,
      notifications:
        setup.notifications === undefined
          ? (before?.notifications ?? null)
          : setup.notifications === null
            ? null
            : readEndpointSettings(setup.notifications),
    };
    this.#phones.set(phone.deviceId, phone);
    return phone;
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
