import type { Clock } from '../time/clock.ts';
import type { CallNotification } from '../webhook/notification.ts';
import type { AgentOfPhone } from './build-record.ts';
import type { CallSighting, DialledCall, OutcomeStatus } from './contract.ts';
import { EndpointOutcomes } from './endpoint-outcomes.ts';
import type { OutcomeOptions, Outcomes } from './outcomes.ts';

export interface OutcomeRegistryOptions {
  readonly clock: Clock;
  /** The agent whose session has a phone now. */
  readonly agentOf: AgentOfPhone;
}

/** The outcomes of all endpoints of a process, fed by its sessions and its commands. */
export class OutcomeRegistry {
  readonly #options: OutcomeRegistryOptions;
  readonly #endpoints = new Map<string, EndpointOutcomes>();

  constructor(options: OutcomeRegistryOptions) {
    this.#options = options;
  }

  /** Begins to report what becomes of the calls of an endpoint. Takes its memory over, if any. */
  open(options: OutcomeOptions): Outcomes {
    const { key } = options;
    const existing = this.#endpoints.get(key);
    if (existing !== undefined) return existing.activate(options);
    const endpoint = new EndpointOutcomes({
      ...this.#options,
      onEnded: () => {
        if (this.#endpoints.get(key) === endpoint) this.#endpoints.delete(key);
      },
    });
    this.#endpoints.set(key, endpoint);
    return endpoint.activate(options);
  }

  /**
   * A notification came to an endpoint.
   * @returns false when the endpoint has no memory: nobody has opened it
   */
  notified(key: string, notification: CallNotification): boolean {
    const endpoint = this.#endpoints.get(key);
    endpoint?.notified(notification);
    return endpoint !== undefined;
  }

  /** A session of this process got a call event. */
  sighted(sighting: CallSighting): void {
    for (const endpoint of [...this.#endpoints.values()]) endpoint.sighted(sighting);
  }

  /**
   * This process asks Accolades to dial.
   * @returns takes it back: Accolades has not dialled
   */
  dialled(call: DialledCall): () => void {
    const takeBacks = [...this.#endpoints.values()].map((endpoint) => endpoint.dialled(call));
    return () => {
      for (const takeBack of takeBacks) takeBack();
    };
  }

  /** What the notifications of each endpoint show. */
  statuses(): readonly { readonly key: string; readonly status: OutcomeStatus }[] {
    return [...this.#endpoints].map(([key, { status }]) => ({ key, status }));
  }
}
