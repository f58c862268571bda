import type { Hub, Subscription } from '@accolades-flow/core';
import type { Ledger } from './ledger.ts';

/**
 * How long a redeploy may leave a place empty, as a part of the linger time; the rest is for a busy
 * machine.
 */
const LONGEST_ABSENCE = 0.5;

/** A node of a flow: subscribes, goes and comes back as hosts do when they deploy. */
export class Owner {
  readonly name: string;
  agents: readonly string[];
  readonly #hub: Hub;
  readonly #url: string;
  readonly #ledger: Ledger;
  readonly #lingerMs: number;
  #subscription: Subscription | null = null;
  #timer: NodeJS.Timeout | null = null;

  /** @param lingerMs of real time */
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

  /** Whether a step of a deploy is still to come. */
  get busy(): boolean {
    return this.#timer !== null;
  }

  /** How many of its agents are not ready. */
  get missing(): number {
    const status = this.#subscription?.status;
    return status === undefined ? this.agents.length : status.total - status.connected;
  }

  /** Subscribes; in the place of its earlier subscription when there is one. */
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
        // Null while `subscribe` has not returned: what was held comes at once.
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
   * Goes and comes back within the linger time, as in a deploy.
   * @param part of the longest absence that is safe, 0 to 1
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

  /** Goes without being removed, and comes back when its place is no longer kept. */
  outstayLinger(): void {
    this.#unsubscribe(false);
    this.#ledger.subscribes(this.name, []);
    this.#later(this.#lingerMs * 1.5, () => {
      this.subscribe();
    });
  }

  /** Goes for good. */
  remove(): void {
    this.#stopTimer();
    this.#unsubscribe(true);
    this.#ledger.subscribes(this.name, []);
  }

  #receive(agent: string, uniqueId: string): void {
    const number = Number(uniqueId.split('.')[1]);
    // The malformed samples of the documentation have an id of their own.
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
