import type { EventEmitter } from 'node:events';
import { systemClock } from '@accolades-flow/core/node';
import type { Clock, Timer } from '@accolades-flow/core';
import { Absences, lingerMsOf } from './absences.ts';

/**
 * After this time, waiting members report the delay, and again after each further period; in ms.
 */
export const LONG_WAIT_MS = 10_000;

/** The phase of a deployment: nodes are stopping, are stopped, or are created and started. */
export type DeployPhase = 'stopping' | 'stopped' | 'starting';

/** A node that sends messages without receiving any. */
export interface FlowMember {
  readonly node: { readonly id: string; readonly z: string };
  /** Nodes are about to stop; this node may stay while its neighbours stop. */
  onFlowsStopping(): void;
  /** All nodes of the deployment exist; or a deployment failed, and this node is unaffected. */
  onFlowsStarted(): void;
  /**
   * `onFlowsStarted` is overdue by {@link LONG_WAIT_MS}; called again after each further period.
   */
  onLongWait(phase: DeployPhase): void;
  /** The node will not come back. Idempotent, never throws. */
  giveUp(): void;
}

export interface GateOptions {
  /** Node-RED's `nodeCloseTimeout`, in milliseconds. Default: Node-RED's own. */
  readonly nodeCloseTimeoutMs?: number;
  readonly clock?: Clock;
  /** The emitter of `exit`. Default: this process. */
  readonly process?: Pick<EventEmitter, 'once' | 'off'>;
}

/**
 * Tells nodes when their neighbours exist. In every deployment Node-RED creates nodes one by one,
 * and drops messages to nodes that do not exist yet. One set of listeners serves all nodes.
 *
 * A deployment that stopped nodes does not always start them: Node-RED may wait for a missing node
 * type or module, or run in safe mode. Nodes that were not stopped then continue at once.
 */
export class FlowGate {
  static readonly #gates = new WeakMap<EventEmitter, FlowGate>();

  /** The gate of a runtime. Only the first call uses the options. */
  static of(events: EventEmitter, options: GateOptions = {}): FlowGate {
    const existing = FlowGate.#gates.get(events);
    if (existing !== undefined) return existing;
    const gate = new FlowGate(events, options);
    FlowGate.#gates.set(events, gate);
    return gate;
  }

  readonly #events: EventEmitter;
  readonly #process: Pick<EventEmitter, 'once' | 'off'>;
  readonly #clock: Clock;
  readonly #absences: Absences;
  readonly #members = new Set<FlowMember>();
  readonly #waiting = new Set<FlowMember>();
  /** Null: no deployment is in progress. */
  #phase: DeployPhase | null = null;
  /** How often Node-RED has reported its state since the nodes stopped. */
  #stateReports = 0;
  /** The nodes that the deployment affects; null: all. */
  #touched: ReadonlySet<string> | null = null;
  #timer: Timer | null = null;
  #listening = false;

  private constructor(events: EventEmitter, options: GateOptions) {
    this.#events = events;
    this.#process = options.process ?? process;
    this.#clock = options.clock ?? systemClock;
    this.#absences = new Absences({
      lingerMs: lingerMsOf(process.env['ACCOLADES_LINGER_MS'], options.nodeCloseTimeoutMs),
      clock: this.#clock,
      isDeploying: () => this.#phase !== null,
      onChanged: () => {
        this.#updateListening();
      },
    });
  }

  /**
   * Adds a created node, whose neighbours may still be missing.
   * @returns call it when the node is closed; idempotent
   */
  join(member: FlowMember): (removed: boolean) => void {
    this.#members.add(member);
    this.#waiting.add(member);
    // Nodes are created only in this phase.
    this.#phase ??= 'starting';
    this.#updateListening();
    this.#startTimer();
    return (removed) => {
      if (!this.#members.delete(member)) return;
      this.#waiting.delete(member);
      if (removed) member.giveUp();
      else {
        this.#absences.add(() => {
          member.giveUp();
        });
      }
      this.#updateListening();
    };
  }

  #updateListening(): void {
    const needed = this.#members.size > 0 || this.#absences.size > 0;
    if (needed === this.#listening) return;
    this.#listening = needed;
    const change = needed ? 'on' : 'off';
    this.#events[change]('flows:stopping', this.#onStopping);
    this.#events[change]('flows:stopped', this.#onStopped);
    this.#events[change]('flows:starting', this.#onStarting);
    this.#events[change]('flows:started', this.#onStarted);
    this.#events[change]('runtime-event', this.#onRuntimeEvent);
    this.#process[needed ? 'once' : 'off']('exit', this.#onExit);
    if (needed) return;
    this.#phase = null;
    this.#stopTimer();
  }

  readonly #onStopping = (event: unknown): void => {
    this.#phase = 'stopping';
    this.#touched = touchedBy(event);
    for (const member of [...this.#members]) {
      this.#waiting.add(member);
      member.onFlowsStopping();
    }
    this.#startTimer();
  };

  readonly #onStopped = (): void => {
    this.#phase = 'stopped';
    this.#stateReports = 0;
  };

  readonly #onStarting = (): void => {
    this.#phase = 'starting';
  };

  readonly #onStarted = (): void => {
    this.#phase = null;
    this.#letGo([...this.#waiting]);
    // All nodes that come back have done so.
    this.#absences.giveUpAll();
    this.#updateListening();
  };

  /**
   * After nodes have stopped, Node-RED reports its state once. A second report, or one with an
   * error, means that it does not start them. Without a deployment (`/flows/state`, another
   * project) there is no start to wait for either.
   */
  readonly #onRuntimeEvent = (event: unknown): void => {
    if (this.#phase !== 'stopped' || field(event, 'id') !== 'runtime-state') return;
    const state = field(event, 'payload');
    if (typeof state !== 'object' || state === null) return;
    this.#stateReports++;
    const isDeploy = field(state, 'deploy') === true && field(state, 'error') === undefined;
    if (isDeploy && this.#stateReports === 1) return;
    this.#phase = null;
    this.#letGo([...this.#waiting]);
  };

  readonly #onExit = (): void => {
    for (const member of [...this.#members]) member.giveUp();
    this.#absences.giveUpAll();
  };

  #letGo(members: readonly FlowMember[]): void {
    for (const member of members) if (this.#waiting.delete(member)) member.onFlowsStarted();
    if (this.#waiting.size === 0) this.#stopTimer();
  }

  #startTimer(): void {
    if (this.#timer !== null || this.#waiting.size === 0) return;
    this.#timer = this.#clock.start(LONG_WAIT_MS, () => {
      this.#timer = null;
      // Node-RED reports nothing when a deployment fails between stopping and starting.
      if (this.#phase === 'stopped') this.#letGo([...this.#waiting].filter((one) => !this.#touches(one)));
      for (const member of [...this.#waiting]) member.onLongWait(this.#phase ?? 'stopped');
      this.#startTimer();
    });
  }

  #stopTimer(): void {
    this.#timer?.stop();
    this.#timer = null;
  }

  #touches({ node }: FlowMember): boolean {
    return this.#touched === null || this.#touched.has(node.id) || this.#touched.has(node.z);
  }
}

/** The nodes that a deployment changes, and the nodes connected to them; null: all are stopped. */
function touchedBy(event: unknown): ReadonlySet<string> | null {
  const diff = field(event, 'diff');
  if (field(event, 'type') === 'full' || typeof diff !== 'object' || diff === null) return null;
  const lists = ['added', 'changed', 'removed', 'rewired', 'linked', 'flowChanged'];
  return new Set(
    lists.flatMap((name) => {
      const ids: unknown = Reflect.get(diff, name);
      return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
    }),
  );
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
