import type { AccoladesEvent, CallEvent } from '../../../src/call/call-event.ts';
import type { Subscription } from '../../../src/hub/subscription.ts';
import type { FakeTransport } from '../fake-transport.ts';
import { HubRig } from '../hub-rig.ts';
import { LINGER_MS, type Agent, type Owner } from './model.ts';

/** A hub, its owners, and what they got. */
export class System {
  readonly rig = new HubRig({ lingerMs: LINGER_MS, connectsPerSecond: 5 });
  readonly subscriptions = new Map<Owner, Subscription>();
  readonly superseded: Subscription[] = [];
  readonly received: Record<Owner, CallEvent[]> = { a: [], b: [], c: [] };
  /** The server address in the settings of all owners. */
  address = 'wss://pbx.example/0';
  /** The last connection event of each owner's agent. */
  readonly #lastChange = new Map<string, string>();
  /** Subscriptions whose drain is not over. */
  readonly #draining = new Set<Subscription>();
  #calls = 0;

  get now(): number {
    return this.rig.clock.monotonic();
  }

  /** The agent's session, as the server sees it. */
  connectionOf(agent: Agent): FakeTransport | undefined {
    return this.rig.pbx.sessionsOf(`id-${agent}`)[0];
  }

  /** Whether the session with the present address is connected. */
  isConnected(agent: Agent): boolean {
    return this.rig.pbx
      .sessionsOf(`id-${agent}`)
      .some(({ server, state }) => server.url === this.address && state === 'open');
  }

  nextCallId(): string {
    return `1.${++this.#calls}`;
  }

  /** @param known agents whose state the owner has been notified of */
  subscribe(owner: Owner, agents: readonly Agent[], startPaused: boolean, known: readonly Agent[]): void {
    const before = this.subscriptions.get(owner);
    if (before !== undefined) this.superseded.push(before);
    for (const agent of agents) if (!known.includes(agent)) this.#lastChange.delete(`${owner} ${agent}`);
    const { subscription } = this.rig.subscribe(owner, agents, {
      startPaused,
      server: { url: this.address },
      filter: { events: ['incomingCall', 'agentConnected', 'agentDisconnected'] },
      onEvent: (event) => {
        this.#receive(owner, event);
      },
    });
    this.subscriptions.set(owner, subscription);
  }

  /**
   * The owner returns the last calls that it got.
   * @returns their ids
   */
  requeue(owner: Owner, count: number): string[] {
    const events = this.received[owner].splice(-count);
    this.subscriptions.get(owner)?.requeue(events);
    return events.map(({ uniqueId }) => uniqueId);
  }

  drain(owner: Owner): void {
    const subscription = this.subscriptions.get(owner);
    if (subscription === undefined) return;
    this.#draining.add(subscription);
    void subscription.drain().then(() => this.#draining.delete(subscription));
  }

  isDraining(owner: Owner): boolean {
    const subscription = this.subscriptions.get(owner);
    return subscription !== undefined && this.#draining.has(subscription);
  }

  #receive(owner: Owner, event: AccoladesEvent): void {
    if ('uniqueId' in event) {
      this.received[owner].push(event);
      return;
    }
    const key = `${owner} ${event.agent.label}`;
    if (this.#lastChange.get(key) === event.event) throw new Error(`${key} is told ${event.event} twice.`);
    this.#lastChange.set(key, event.event);
  }
}
