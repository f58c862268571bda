import type { Hub, Subscription } from '@accolades-flow/core';
import type { Ledger } from './ledger.ts';

/**
 * The longest absence in a redeploy, as a part of the linger time; the rest is for a busy machine.
 */
const LONGEST_ABSENCE = 0.5;

/** A node of a flow: subscribes, leaves and comes back as hosts do during deploys. */
export class Owner {
  readonly name: string;
  agents: readonly string[];
  readonly #hub: Hub;
  readonly #url: string;
  readonly #ledger: Ledger;
  readonly #lingerMs: number;
  #subscription: Subscription | null = null;
  #timer: NodeJS.Timeout | null = null;

  /** @param lingerMs in real time */
  constructor(
    name: string,
    agents: readonly string[],
    world: { readonly hub: Hub; readonly url: string; readonly ledger: Ledger; readonly lingerMs: number },
  ) {
    this.name = name;
    this.agents = agents;
    this.#hub = world.hub;
    this.#url = world.url;
    this.#ledger = world.ledger;
    this.#lingerMs = world.lingerMs;
  }

  /** Whether a step of a deploy is still pending. */
  get busy(): boolean {
    return this.#timer !== null;
  }

  /** How many of its agents are not ready. */
  get missing(): number {
    const status = this.#subscription?.status;
    return status === undefined ? this.agents.length : status.total - status.connected;
  }

  /** Subscribes; replaces its earlier subscription, if there is one. */
  subscribe(options: { readonly pausedMs?: number } = {}): void {
    this.#stopTimer();
    this.#ledger.subscribes(this.name, this.agents);
    let mine: Subscription | null = null;
    const subscription = this.#hub.subscribe({
      owner: this.name,
      agents: this.agents.map((agent) => ({ label: agent, idCrm: agent })),
      server: { url: this.#url },
      startPaused: options.pausedMs !== undefined,
      onEvent: (event) => {
        // Null until `subscribe` returns, because held events arrive during the call.
        if (mine !== null && mine !== this.#subscription) {
          this.#ledger.goesToNobody(this.name);
          return;
        }
        if ('uniqueId' in event) this.#receive(event.agent.label, event.uniqueId);
      },
    });
    mine = subscription;
    this.#subscription = subscription;
    if (options.pausedMs !== undefined) {
      this.#later(options.pausedMs, () => {
        subscription.resume();
      });
    }
  }

  /**
   * Leaves and comes back within the linger time, as in a deploy.
   * @param part of the longest safe absence, 0 to 1
   */
  redeploy(
    part: number,
    then: { readonly agents?: readonly string[]; readonly pausedMs?: number } = {},
  ): void {
    this.#unsubscribe(false);
    const comeBack = (): void => {
      if (then.agents !== undefined) this.agents = then.agents;
      this.subscribe(then.pausedMs === undefined ? {} : { pausedMs: then.pausedMs });
    };
    if (part === 0) comeBack();
    else this.#later(part * LONGEST_ABSENCE * this.#lingerMs, comeBack);
  }

  /** Leaves without being removed, and comes back after its subscription has ended. */
  outstayLinger(): void {
    this.#unsubscribe(false);
    this.#ledger.subscribes(this.name, []);
    this.#later(this.#lingerMs * 1.5, () => {
      this.subscribe();
    });
  }

  /** Leaves for good. */
  remove(): void {
    this.#stopTimer();
    this.#unsubscribe(true);
    this.#ledger.subscribes(this.name, []);
  }

  #receive(agent: string, uniqueId: string): void {
    const number = Number(uniqueId.split('.')[1]);
    // The documentation's malformed samples have an id of their own.
    if (uniqueId.startsWith('1700000000.')) this.#ledger.receives(this.name, agent, number);
  }

  #unsubscribe(removed: boolean): void {
    this.#stopTimer();
    const subscription = this.#subscription;
    this.#subscription = null;
    this.#ledger.goesAway(this.name);
    subscription?.unsubscribe({ removed });
  }

  #later(ms: number, step: () => void): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      step();
    }, ms);
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
