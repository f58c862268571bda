import { CallCentre } from './calls/call-centre.ts';
import type { AgentEventRequest, CallEnvironment } from './calls/call-environment.ts';
import type { CallLife, CallStart, HuntStart, InternalStart, RingAllStart } from './calls/call-life.ts';
import { huntPlan, internalPlan, ringAllPlan, singlePlan } from './calls/call-plan.ts';
import { DEFAULT_CALL_SETTINGS, readCallSettings } from './calls/call-settings.ts';
import type { CallSettings } from './calls/call-settings.ts';
import { systemClock } from './clock.ts';
import { sendForm } from './http/send-form.ts';
import { runIvr } from './ivr/ivr.ts';
import type { IvrResult, IvrRun } from './ivr/ivr.ts';
import { parseHangupReply } from './notifications/hangup-decision.ts';
import {
  DEFAULT_NOTIFICATION_SETTINGS,
  readNotificationSettings,
} from './notifications/notification-settings.ts';
import type { NotificationSettings } from './notifications/notification-settings.ts';
import { Notifier } from './notifications/notifier.ts';
import { type AgentDirectory } from './pbx/agent-directory.ts';
import type { AgentRecord } from './pbx/agent-directory.ts';
import type { CallRequest, PlacedCall } from './pbx/call.ts';
import { PhoneDirectory } from './pbx/phone-directory.ts';
import type { Phone, PhoneSetup } from './pbx/phone-directory.ts';
import { type UniqueIdSource } from './pbx/unique-id.ts';
import { AccountDirectory } from './rest-api/account-directory.ts';
import type { AccountInfo, AccountLogEntry, AccountSetup } from './rest-api/account-directory.ts';
import { RestApi } from './rest-api/rest-api.ts';
import type { RestServer, RestServerOptions } from './rest-api/rest-server.ts';
import { DEFAULT_REST_SETTINGS, readRestSettings } from './rest-api/rest-settings.ts';
import type { RestSettings } from './rest-api/rest-settings.ts';
import type { SimulatorOptions } from './simulator-options.ts';

/** The parts of the simulator that telephony needs. */
export interface TelephonyHost {
  readonly directory: AgentDirectory;
  readonly uniqueIds: UniqueIdSource;
  /** Sends a call event to the agents' clients. */
  placeCall(request: CallRequest): PlacedCall;
  settingsChanged(): void;
  callChanged(call: CallLife): void;
  restRequest(): void;
}

/**
 * The telephony of the PBX: accounts and their REST API, phones, calls with a life and their
 * notifications, and IVRs. The agents' WebSocket API is separate.
 */
export class Telephony {
  readonly #host: TelephonyHost;
  readonly #accounts = new AccountDirectory();
  readonly #phones = new PhoneDirectory();
  readonly #restSettings: RestSettings;
  readonly #rest: RestApi;
  #restServer: RestServer | null = null;
  readonly #callSettings: CallSettings;
  readonly #notificationSettings: NotificationSettings;
  readonly #notifier: Notifier;
  readonly #callEnvironment: Omit<CallEnvironment, 'isInUse'>;
  readonly #callCentre: CallCentre;
  readonly #ending = new AbortController();

  /** Each existing agent of the directory gets a phone. */
  constructor(options: SimulatorOptions, host: TelephonyHost) {
    this.#host = host;
    for (const record of host.directory.all()) this.addPhoneOf(record);
    for (const setup of options.phones ?? []) this.#setPhone(setup);
    for (const setup of options.accounts ?? []) this.#accounts.set(setup);
    this.#restSettings = { ...DEFAULT_REST_SETTINGS, ...readRestSettings(options.restSettings ?? {}) };
    this.#rest = new RestApi({
      accounts: this.#accounts,
      settings: () => this.#restSettings,
      now: () => Date.now(),
      dial: (accountNumber, deviceId, phoneNumber) => this.#dialFor(accountNumber, deviceId, phoneNumber),
      onRequest: () => {
        host.restRequest();
      },
    });
    this.#callSettings = { ...DEFAULT_CALL_SETTINGS, ...readCallSettings(options.callSettings ?? {}) };
    this.#notificationSettings = {
      ...DEFAULT_NOTIFICATION_SETTINGS,
      ...readNotificationSettings(options.notificationSettings ?? {}),
    };
    this.#notifier = new Notifier(sendForm, () => this.#notificationSettings);
    this.#callEnvironment = this.#environmentOfCalls(options);
    this.#callCentre = new CallCentre(this.#callEnvironment);
  }

  /** The address of the REST API, without an account's path; `null`: none. */
  get restUrl(): string | null {
    return this.#restServer?.url ?? null;
  }

  /** The REST API's current settings. */
  get restSettings(): Readonly<RestSettings> {
    return { ...this.#restSettings };
  }

  /** Changes the REST API's settings. @throws when a setting is unusable */
  configureRest(settings: Partial<RestSettings>): void {
    Object.assign(this.#restSettings, readRestSettings(settings));
    this.#host.settingsChanged();
  }

  /** Removes all blocks of IP addresses by the REST API. */
  clearBlacklist(): void {
    this.#rest.blacklist.clear();
    this.#host.settingsChanged();
  }

  /** The IP addresses that the REST API currently blocks. */
  blacklist(): string[] {
    return this.#rest.blacklist.blocked();
  }

  /** Adds or changes an account. @throws when the number or the password is unusable */
  setAccount(setup: AccountSetup): AccountInfo {
    const account = this.#accounts.set(setup);
    this.#host.settingsChanged();
    return account;
  }

  /** Enables or disables an account's REST API. @throws when there is no such account */
  setAccountActive(accountNumber: string, apiActive: boolean): void {
    this.#accounts.setActive(accountNumber, apiActive);
    this.#host.settingsChanged();
  }

  accounts(): AccountInfo[] {
    return this.#accounts.all();
  }

  /** The unmasked password of an account. @throws when there is no such account */
  accountPassword(accountNumber: string): string {
    return this.#accounts.password(accountNumber);
  }

  /** The latest 500 requests for an account, oldest first. @throws when there is no such account */
  accountLog(accountNumber: string): AccountLogEntry[] {
    return this.#accounts.log(accountNumber);
  }

  /**
   * The phones. Each agent gets one with the id of its configuration's phone, as device and as
   * user, unless that id exists.
   */
  phones(): Phone[] {
    return this.#phones.all();
  }

  /** Adds a phone, or changes the one with this device id. @throws when a value is unusable */
  setPhone(setup: PhoneSetup): Phone {
    const phone = this.#setPhone(setup);
    this.#host.settingsChanged();
    return phone;
  }

  /** The current settings of phones and the other parties. */
  get callSettings(): Readonly<CallSettings> {
    return { ...this.#callSettings };
  }

  /**
   * Changes how phones and the other parties behave, from a call's next step on.
   * @throws when a setting is unusable
   */
  configureCalls(settings: Partial<CallSettings>): void {
    Object.assign(this.#callSettings, readCallSettings(settings));
    this.#host.settingsChanged();
  }

  /** The current format of call notifications. */
  get notificationSettings(): Readonly<NotificationSettings> {
    return { ...this.#notificationSettings };
  }

  /** Changes the format of call notifications. @throws when a setting is unusable */
  configureNotifications(settings: Partial<NotificationSettings>): void {
    Object.assign(this.#notificationSettings, readNotificationSettings(settings));
    this.#host.settingsChanged();
  }

  /**
   * Starts a call of one phone with the outside: it rings, is answered automatically or with
   * {@link answerCall}, sends its phone's notifications, and ends. An outgoing one is a
   * click-to-call, as the command `dial` starts it: the phone rings first, then the other party.
   * `placeCall`, in contrast, only notifies the agents' clients.
   * @throws when there is no such phone
   */
  startCall(start: CallStart): CallLife {
    const kind = start.direction === 'outgoing' ? 'clickToCall' : 'incoming';
    return this.#callCentre.start(singlePlan(start, kind, this.#callEnvironment));
  }

  /**
   * Starts an incoming call that rings several phones at once; the first answer stops the others.
   * @throws when a phone does not exist or a time is unusable
   */
  ringAll(start: RingAllStart): CallLife {
    return this.#callCentre.start(ringAllPlan(start));
  }

  /**
   * Starts an incoming call that rings one phone after another, in the given order, until one
   * answers or all have rung in vain. A phone that is given twice rings again.
   * @throws when a phone does not exist or a time is unusable
   */
  hunt(start: HuntStart): CallLife {
    return this.#callCentre.start(huntPlan(start));
  }

  /** A person dials a number at the phone. @throws when there is no such phone */
  dialOut(start: Pick<CallStart, 'deviceId' | 'phoneNumber'>): CallLife {
    return this.#callCentre.start(singlePlan(start, 'outgoing', this.#callEnvironment));
  }

  /** A campaign dials a number for the phone. @throws when there is no such phone */
  campaignCall(start: Pick<CallStart, 'deviceId' | 'phoneNumber'>): CallLife {
    const fromCampaign = { ...start, callCenter: true };
    return this.#callCentre.start(singlePlan(fromCampaign, 'campaign', this.#callEnvironment));
  }

  /**
   * One phone calls another; the agents of both get events, with one `uniqueId`.
   * @throws when a phone does not exist, or both are the same
   */
  internalCall(start: InternalStart): CallLife {
    return this.#callCentre.start(internalPlan(start, this.#callEnvironment));
  }

  /** Starts a call with the parties of this one once more. @throws when there is no such call */
  redial(id: string): CallLife {
    return this.#callCentre.redial(id);
  }

  /** Calls with a life, newest first: those in progress, and the latest others, 200 in total. */
  calls(): CallLife[] {
    return this.#callCentre.all();
  }

  /**
   * Answers a phone that rings, by default the first one, or else the dialled party.
   * @throws when there is no such call, or nothing rings
   */
  answerCall(id: string, deviceId?: string): CallLife {
    return this.#callCentre.change(id, (call) => {
      call.answer(deviceId);
    });
  }

  /**
   * A phone that rings, by default the first one, or else the dialled party, refuses the call. The
   * call goes on with the other phones, and ends when there is none.
   * @throws when there is no such call, or nothing rings
   */
  refuseCall(id: string, deviceId?: string): CallLife {
    return this.#callCentre.change(id, (call) => {
      call.refuse(deviceId);
    });
  }

  /**
   * Ends a call; no effect on an ended call. With a phone, only that one hangs up: one that asked
   * another hands the caller over, one that is asked leaves the caller to the first, and in every
   * other case the call ends.
   * @throws when there is no such call, or the phone is not in it
   */
  hangUp(id: string, deviceId?: string): CallLife {
    return this.#callCentre.change(id, (call) => {
      call.hangUp(deviceId);
    });
  }

  /**
   * The phone that talks leaves, and another rings (blind transfer). When that one does not answer
   * or refuses, the call ends. In an internal call the called phone transfers.
   * @throws when there is no such call or phone, or no phone talks
   */
  blindTransfer(id: string, toDeviceId: string): CallLife {
    const to = this.#phones.require(toDeviceId);
    return this.#callCentre.change(id, (call) => {
      call.transferBlind(to);
    });
  }

  /**
   * The phone that talks asks another, which rings (attended transfer). When that one does not
   * answer, refuses or hangs up, the first goes on; {@link completeTransfer} hands the caller over.
   * @throws when there is no such call or phone, no phone talks, or the other one is busy
   */
  attendedTransfer(id: string, toDeviceId: string): CallLife {
    const to = this.#phones.require(toDeviceId);
    return this.#callCentre.change(id, (call) => {
      call.transferAttended(to);
    });
  }

  /**
   * Hands the caller over to the phone that was asked.
   * @throws when there is no such call, or no phone that was asked and has answered
   */
  completeTransfer(id: string): CallLife {
    return this.#callCentre.change(id, (call) => {
      call.completeTransfer();
    });
  }

  /**
   * Runs an IVR with one step “HTTP request”.
   * @throws when a variable breaks the documented limits, or the address or time limit is unusable
   */
  async runIvr(run: IvrRun): Promise<IvrResult> {
    return runIvr(run, {
      send: sendForm,
      callId: this.#host.uniqueIds.next(),
      now: this.#callEnvironment.clock.now(),
      signal: this.#ending.signal,
    });
  }

  /** @internal @throws the error of the listening socket */
  async startRest(options: RestServerOptions): Promise<void> {
    // Loaded on demand: most tests and benchmarks need no web server.
    const { RestServer } = await import('./rest-api/rest-server.ts');
    this.#restServer = await RestServer.start(this.#rest, options);
  }

  /** @internal Adds a phone for an agent, unless one with its id exists. */
  addPhoneOf({ idCrm, ids }: AgentRecord): void {
    if (!this.#phones.has(ids.phone)) this.#phones.set({ deviceId: ids.phone, idCrm });
  }

  /** @internal */
  removePhonesOf(idCrm: string): void {
    this.#phones.removeOfAgent(idCrm);
  }

  /** @internal Ends calls, notifications, IVRs and the REST API. */
  async close(): Promise<void> {
    this.#callCentre.close();
    this.#notifier.close();
    this.#ending.abort();
    await this.#restServer?.close();
  }

  #setPhone(setup: PhoneSetup): Phone {
    if (typeof setup.idCrm === 'string') this.#host.directory.require(setup.idCrm);
    return this.#phones.set(setup);
  }

  /** @returns false when the account has no such device */
  #dialFor(accountNumber: string, deviceId: string, phoneNumber: string): boolean {
    const phone = this.#phones.get(deviceId);
    if (!phone || (phone.accountNumber ?? accountNumber) !== accountNumber) return false;
    this.startCall({ direction: 'outgoing', deviceId, phoneNumber });
    return true;
  }

  #environmentOfCalls(options: SimulatorOptions): Omit<CallEnvironment, 'isInUse'> {
    return {
      clock: options.clock ?? systemClock,
      settings: () => this.#callSettings,
      notificationSettings: () => this.#notificationSettings,
      newId: () => this.#host.uniqueIds.next(),
      phone: (deviceId) => this.#phones.require(deviceId),
      phoneWithExtension: (extension) => this.#phones.withExtension(extension),
      nameOf: ({ deviceId, idCrm }) => {
        const agent = idCrm === null ? undefined : this.#host.directory.get(idCrm);
        return agent ? `${deviceId} (${agent.name})` : deviceId;
      },
      notifyAgents: (phones, event) => this.#notifyAgents(phones, event),
      notifyEndpoint: (endpoint, notification) => this.#notifier.notify(endpoint, notification),
      parseHangupReply: options.parseHangupReply ?? parseHangupReply,
      onChange: (call) => {
        this.#host.callChanged(call);
      },
    };
  }

  /** @returns for each phone the text for the call's timeline */
  #notifyAgents(phones: readonly Phone[], event: AgentEventRequest): string[] {
    const agents = phones.map(({ idCrm }) => (idCrm === null ? undefined : this.#host.directory.get(idCrm)));
    const present = agents.flatMap((agent) => (agent ? [agent.idCrm] : []));
    const delivered =
      present.length === 0 ? [] : this.#host.placeCall({ ...event, agents: present }).delivered;
    const type = event.direction === 'incoming' ? 'incomingCall' : 'outgoingCall';
    return agents.map((agent) => {
      if (!agent) return 'No agent sits at this phone.';
      return delivered.includes(agent.idCrm)
        ? `${type} was sent to the client of ${agent.name}.`
        : `No client of ${agent.name} is connected that could get ${type}.`;
    });
  }
}
