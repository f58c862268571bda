import { EventEmitter } from 'node:events';
import type { ConnectorServer } from './connectors/connector-server.ts';
import { ALL_AGENTS, Faults } from './faults/faults.ts';
import { makeGarbage } from './faults/garbage.ts';
import type { GarbageKind } from './faults/garbage.ts';
import { SEED_SAMPLES } from './faults/seed-samples.ts';
import type { SeedSample } from './faults/seed-samples.ts';
import { FrameLog } from './frame-log/frame-log.ts';
import { maskSecret } from './masking.ts';
import { AgentDirectory } from './pbx/agent-directory.ts';
import type { AgentRecord } from './pbx/agent-directory.ts';
import type { AgentInfo, AgentSetup, EntityKind } from './pbx/agent.ts';
import type { CallRequest, PlacedCall } from './pbx/call.ts';
import { CallTraffic } from './pbx/call-traffic.ts';
import { UniqueIdSource } from './pbx/unique-id.ts';
import type { AgentEvent, SessionEvent, SimulatorEvents } from './simulator-events.ts';
import type { SimulatorOptions } from './simulator-options.ts';
import { Statistics } from './statistics.ts';
import { Telephony } from './telephony.ts';
import type { ClientSession } from './websocket-api/client-session.ts';
import { callNotification } from './websocket-api/messages.ts';
import { WebSocketApi } from './websocket-api/server.ts';
import { drop, sessionInfo } from './websocket-api/session-control.ts';
import type { DropMethod, SessionInfo } from './websocket-api/session-control.ts';
import { DEFAULT_SETTINGS, readServerSettings } from './websocket-api/settings.ts';
import type { ServerSettings } from './websocket-api/settings.ts';

/** A console started for this simulator, which ends with it. */
export interface RunningConsole {
  readonly url: string;
  close(): Promise<void>;
}

/** A simulated Accolades PBX. Create one with `createSimulator`. */
export class Simulator extends EventEmitter<SimulatorEvents> {
  /** Accounts, phones, calls with a life, notifications, IVRs and the REST API. */
  readonly telephony: Telephony;
  /** Faults that stay until they are cleared; change them at any time. */
  readonly faults: Faults;
  /** Counters since the start. */
  readonly statistics: Statistics = new Statistics();
  /** Places calls at a rate. */
  readonly traffic: CallTraffic;

  readonly #directory = new AgentDirectory();
  readonly #uniqueIds = new UniqueIdSource();
  readonly #settings: ServerSettings;
  readonly #api: WebSocketApi;
  #console: RunningConsole | undefined;
  #connectors: ConnectorServer | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: SimulatorOptions) {
    super();
    this.setMaxListeners(0);
    for (const setup of options.agents ?? []) this.#directory.add(setup);
    const { version, authSuccessType, sessionTimeoutMs, closeAfterAuthFailed } = options;
    this.#settings = {
      ...DEFAULT_SETTINGS,
      ...readServerSettings({ version, authSuccessType, sessionTimeoutMs, closeAfterAuthFailed }),
    };
    this.faults = new Faults(() => this.emit('settings'));
    this.#api = new WebSocketApi({
      host: options.host ?? '127.0.0.1',
      port: options.port ?? 0,
      tls: options.tls,
      directory: this.#directory,
      faults: this.faults,
      statistics: this.statistics,
      settings: this.#settings,
      frames: new FrameLog({
        isHeard: () => this.listenerCount('frame') > 0,
        emit: (entry) => this.emit('frame', entry),
        secrets: () => this.#directory.secrets(),
      }),
      onSession: (event, session) => {
        this.#onSession(event, session);
      },
    });
    this.traffic = new CallTraffic(this, () => this.emit('settings'));
    this.telephony = new Telephony(options, {
      directory: this.#directory,
      uniqueIds: this.#uniqueIds,
      placeCall: (request) => this.placeCall(request),
      settingsChanged: () => this.emit('settings'),
      callChanged: (call) => this.emit('callLife', call),
      restRequest: () => this.emit('restRequest'),
    });
  }

  /**
   * The address of the WebSocket API, `ws://127.0.0.1:PORT` or `wss://…`. Restarts do not change
   * it.
   */
  get url(): string {
    return this.#api.url;
  }

  get port(): number {
    return this.#api.port;
  }

  /** Serves custom connectors; `null` without them. */
  get connectors(): ConnectorServer | null {
    return this.#connectors ?? null;
  }

  /**
   * The address of an agent's page, with the connector.
   * @throws when connectors are not served, or there is no such agent
   */
  agentPageUrl(idCrm: string): string {
    if (this.#connectors === undefined) throw new Error('This simulator serves no connectors.');
    return this.#connectors.agentPageUrl(this.agent(idCrm));
  }

  /** The address of the web console; `null`: none. */
  get consoleUrl(): string | null {
    return this.#console?.url ?? null;
  }

  /** The address of the REST API, without an account's path; `null`: none. */
  get restUrl(): string | null {
    return this.telephony.restUrl;
  }

  /** Whether the WebSocket API is running. */
  get running(): boolean {
    return this.#api.listening;
  }

  /** The server's current settings. */
  get settings(): Readonly<ServerSettings> {
    return { ...this.#settings };
  }

  /** Changes the server's settings, from the next message on. @throws when a setting is unusable */
  configure(settings: Partial<ServerSettings>): void {
    Object.assign(this.#settings, readServerSettings(settings));
    this.#api.settingsChanged();
    this.emit('settings');
  }

  /**
   * @throws when the `idCrm`, the name, an id or a text is unusable, or the `idCrm` or agent id is
   * taken
   */
  addAgent(setup: AgentSetup): AgentInfo {
    const record = this.#directory.add(setup);
    this.telephony.addPhoneOf(record);
    return this.#announce('added', record);
  }

  /** Logs an agent out and removes it, with its faults. @throws when there is no such agent */
  removeAgent(idCrm: string): void {
    const record = this.#directory.require(idCrm);
    this.#logOut(record);
    this.#directory.remove(idCrm);
    this.faults.clear(idCrm);
    this.telephony.removePhonesOf(idCrm);
    this.emit('agent', { event: 'removed', agent: this.#info(record) });
  }

  /** The agent's browser logs in. @throws when there is no such agent */
  login(idCrm: string): void {
    const record = this.#directory.require(idCrm);
    if (record.loggedIn) return;
    record.loggedIn = true;
    this.#announce('loggedIn', record);
  }

  /**
   * The agent's browser logs out: its session receives `connectionClosed` and is closed (unless the
   * fault `logoutWithoutClose` is on).
   * @throws when there is no such agent
   */
  logout(idCrm: string): void {
    const record = this.#directory.require(idCrm);
    if (!record.loggedIn) return;
    this.#logOut(record);
    this.#announce('loggedOut', record);
  }

  /**
   * Sets a configuration text. All agents of an account share its text.
   * @throws when there is no such agent or the text is longer than 2,000 characters
   */
  setText(idCrm: string, kind: EntityKind, text: string): void {
    this.#directory.setText(idCrm, kind, text);
    this.#announce('textChanged', this.#directory.require(idCrm));
  }

  agents(): AgentInfo[] {
    return Array.from(this.#directory.all(), (record) => this.#info(record));
  }

  /** @throws when there is no such agent */
  agent(idCrm: string): AgentInfo {
    return this.#info(this.#directory.require(idCrm));
  }

  /** The live sessions. */
  sessions(): SessionInfo[] {
    return Array.from(this.#api.sessions(), sessionInfo);
  }

  /**
   * Places a call. For several agents, a queue rings them all with one `uniqueId`. Agents without
   * an API session receive nothing, as in reality.
   * @throws when an agent does not exist or the list is empty
   */
  placeCall(request: CallRequest): PlacedCall {
    const agents = typeof request.agents === 'string' ? [request.agents] : [...new Set(request.agents)];
    if (agents.length === 0) throw new Error('A call needs an agent.');
    for (const idCrm of agents) this.#directory.require(idCrm);
    const fields = {
      direction: request.direction ?? 'incoming',
      phoneNumber: request.phoneNumber,
      uniqueId: request.uniqueId ?? this.#uniqueIds.next(),
      callCenter: request.callCenter ?? agents.length > 1,
    } as const;
    const frame = callNotification(fields, request.extraFields);
    const delivered = agents.filter((idCrm) => this.#api.session(idCrm)?.sendCall(fields, frame));
    this.statistics.calls += 1;
    const call: PlacedCall = { ...fields, placedAt: Date.now(), agents, delivered };
    this.emit('call', call);
    return call;
  }

  /**
   * Sends this payload unchanged as one frame.
   * @param target an `idCrm`, or `'*'` for every session
   * @param options.binary as a binary frame; default false
   * @returns whether a session accepted it
   */
  sendRaw(target: string, data: string | Uint8Array, options: { binary?: boolean } = {}): boolean {
    const payload = typeof data === 'string' ? data : Buffer.from(data);
    return this.#forSessions(target, (session) => session.sendFrame(payload, options.binary ?? false));
  }

  /**
   * Sends data that is not a protocol message.
   * @param target an `idCrm`, or `'*'` for every session
   * @returns whether a session accepted it
   */
  sendGarbage(target: string, kind: GarbageKind): boolean {
    const garbage = makeGarbage(kind);
    return this.#forSessions(target, (session) =>
      garbage.kind === 'bytes'
        ? session.sendBytes(garbage.bytes)
        : session.sendFrame(garbage.payload, garbage.binary),
    );
  }

  /**
   * Sends one of the vendor's malformed samples unchanged.
   * @param target an `idCrm`, or `'*'` for every session
   * @returns whether a session accepted it
   */
  sendSeedSample(target: string, sample: SeedSample): boolean {
    return this.sendRaw(target, SEED_SAMPLES[sample]);
  }

  /**
   * Drops the session of an agent.
   * @param target an `idCrm`, or `'*'` for every session
   * @returns whether there was a session
   */
  dropSession(target: string, how: DropMethod): boolean {
    return this.#forSessions(target, (session) => {
      drop(session, how);
      return true;
    });
  }

  /**
   * Stops the WebSocket API, as for a restart: agents, texts and faults are kept.
   * @param options.abrupt true: end the connections at once, like a killed process; false
   * (default): announce the end and close them
   */
  async stop(options: { abrupt?: boolean } = {}): Promise<void> {
    await this.#api.stop({ abrupt: options.abrupt ?? false });
    this.emit('settings');
  }

  /**
   * Starts the WebSocket API, on the same port as before.
   * @throws the error of the listening socket
   */
  async start(): Promise<void> {
    if (this.#closing) throw new Error('The simulator is closed.');
    await this.#api.start();
    this.emit('settings');
  }

  /**
   * Closes everything: call traffic, the WebSocket API and the console. Idempotent. Clients get
   * half a second for the closing handshake; with thousands of sessions, writing to all of them
   * takes a second or two.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** @internal */
  attachConnectors(running: ConnectorServer): void {
    this.#connectors = running;
  }

  /** @internal */
  attachConsole(running: RunningConsole): void {
    this.#console = running;
  }

  async #close(): Promise<void> {
    this.traffic.stop();
    await Promise.all([
      this.#api.stop({ abrupt: false }),
      this.telephony.close(),
      this.#console?.close(),
      this.#connectors?.close(),
    ]);
    this.removeAllListeners();
  }

  /** @returns whether it succeeded for at least one session */
  #forSessions(target: string, act: (session: ClientSession) => boolean): boolean {
    const one = target === ALL_AGENTS ? undefined : this.#api.session(target);
    const sessions = target === ALL_AGENTS ? [...this.#api.sessions()] : one ? [one] : [];
    return sessions.filter(act).length > 0;
  }

  #logOut(record: AgentRecord): void {
    record.loggedIn = false;
    this.#api.session(record.idCrm)?.logOut();
  }

  #announce(event: AgentEvent['event'], record: AgentRecord): AgentInfo {
    const agent = this.#info(record);
    this.emit('agent', { event, agent });
    return agent;
  }

  #onSession(event: SessionEvent['event'], session: ClientSession): void {
    if (this.listenerCount('session') === 0 || !session.agent) return;
    this.emit('session', { event, name: session.agent.name, ...sessionInfo(session) });
  }

  #info(record: AgentRecord): AgentInfo {
    const session = this.#api.session(record.idCrm);
    return {
      key: record.key,
      idCrm: record.idCrm,
      maskedIdCrm: maskSecret(record.idCrm),
      name: record.name,
      state: session ? 'connected' : record.loggedIn ? 'online' : 'offline',
      loggedIn: record.loggedIn,
      ip: record.ip,
      account: this.#directory.entity(record, 'account'),
      phone: this.#directory.entity(record, 'phone'),
      agent: this.#directory.entity(record, 'agent'),
      connectedSince: session?.authenticatedAt ?? null,
      connectedFrom: session?.ip ?? null,
    };
  }
}
