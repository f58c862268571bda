import type { EventEmitter } from 'node:events';

/** A node that sends messages of its own accord. */
export interface FlowMember {
  /** Nodes are about to be stopped, perhaps this one's neighbours and not itself. */
  onFlowsStopping(): void;
  /** Every node of the deployment is there. */
  onFlowsStarted(): void;
}

/**
 * Tells nodes when their neighbours are there. Node-RED makes nodes one by one, at any deployment, and drops what is sent to
 * one that it has not made yet. One pair of listeners serves all nodes.
 */
export class FlowGate {
  static readonly #gates = new WeakMap<EventEmitter, FlowGate>();

  /** The gate of a runtime. */
  static of(events: EventEmitter): FlowGate {
    const existing = FlowGate.#gates.get(events);
    if (existing !== undefined) return existing;
    const gate = new FlowGate(events);
    FlowGate.#gates.set(events, gate);
    return gate;
  }

  readonly #events: EventEmitter;
  readonly #members = new Set<FlowMember>();

  private constructor(events: EventEmitter) {
    this.#events = events;
  }

  /** @returns what ends it; idempotent */
  join(member: FlowMember): () => void {
    if (this.#members.size === 0) {
      this.#events.on('flows:stopping', this.#onStopping);
      this.#events.on('flows:started', this.#onStarted);
    }
    this.#members.add(member);
    return () => {
      if (!this.#members.delete(member) || this.#members.size > 0) return;
      this.#events.off('flows:stopping', this.#onStopping);
      this.#events.off('flows:started', this.#onStarted);
    };
  }

  readonly #onStopping = (): void => {
    for (const member of [...this.#members]) member.onFlowsStopping();
  };

  readonly #onStarted = (): void => {
    for (const member of [...this.#members]) member.onFlowsStarted();
  };
}
