import type { EventEmitter } from 'node:events';
import { systemClock } from '@accolades-flow/core/node';
import type { Clock, Timer } from '@accolades-flow/core';
import { Absences, lingerMsOf } from './absences.ts';

/** Members that still wait after this time say so, and again after as much, in milliseconds. */
export const LONG_WAIT_MS = 10_000;

/** How far a deployment is: nodes stop, nodes have stopped, nodes are made and started. */
export type DeployPhase = 'stopping' | 'stopped' | 'starting';

/** A node that sends messages of its own accord. */
export interface FlowMember {
  readonly node: { readonly id: string; readonly z: string };
  /** Nodes are about to be stopped, perhaps this one's neighbours and not itself. */
  onFlowsStopping(): void;
  /** Every node of the deployment is there; or this one is untouched by one that failed. */
  onFlowsStarted(): void;
  /** `onFlowsStarted` has not come for {@link LONG_WAIT_MS}; called again after as much. */
  onLongWait(phase: DeployPhase): void;
  /** The node will not come back. Idempotent, never throws. */
  giveUp(): void;
}

export interface GateOptions {
  /** Node-RED's `nodeCloseTimeout`, in milliseconds. Default: Node-RED's own. */
  readonly nodeCloseTimeoutMs?: number;
  readonly clock?: Clock;
  /** Emits `exit`. Default: this process. */
  readonly process?: Pick<EventEmitter, 'once' | 'off'>;
}

/**
 * Tells nodes when their neighbours are there. Node-RED makes nodes one by one, at any deployment,
 * and drops what is sent to one that it has not made yet. One set of listeners serves all nodes.
 *
 * A deployment that stopped nodes does not always start them: it waits for a node type or a module
 * that is missing, or Node-RED runs in safe mode. Nodes that were not stopped then go on at once.
 */
export class FlowGate {
  static readonly #gates = new WeakMap<EventEmitter, FlowGate>();

  /** The gate of a runtime; the options count the first time. */
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
  /** Null: no deployment is under way. */
  #phase: DeployPhase | null = null;
  /** How many times Node-RED told its state since the nodes stopped. */
  #statesTold = 0;
  /** The nodes that the deployment touches; null: all. */
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
   * A node was made; its neighbours may still be missing.
   * @returns ends it, when the node is closed; idempotent
   */
  join(member: FlowMember): (removed: boolean) => void {
    this.#members.add(member);
    this.#waiting.add(member);
    // Nodes are made in this phase only.
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
    this.#statesTold = 0;
  };

  readonly #onStarting = (): void => {
    this.#phase = 'starting';
  };

  readonly #onStarted = (): void => {
    this.#phase = null;
    this.#letGo([...this.#waiting]);
    // Whoever would come back has.
    this.#absences.giveUpAll();
    this.#updateListening();
  };

  /**
   * When nodes have stopped, Node-RED tells its state once; a second time, or with an error, when it
   * does not start them. Without a deployment (`/flows/state`, another project) there is no start
   * to wait for either.
   */
  readonly #onRuntimeEvent = (event: unknown): void => {
    if (this.#phase !== 'stopped' || field(event, 'id') !== 'runtime-state') return;
    const state = field(event, 'payload');
    if (typeof state !== 'object' || state === null) return;
    this.#statesTold++;
    const isDeploy = field(state, 'deploy') === true && field(state, 'error') === undefined;
    if (isDeploy && this.#statesTold === 1) return;
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
      // Node-RED says nothing when a deployment fails between stopping and starting.
      if (this.#phase === 'stopped') this.#letGo([...this.#waiting].filter((one) => !this.#touches(one)));
      for (const member of [...this.#waiting]) member.onLongWait(this.#phase ?? 'stopped');
      this.#startTimer();
    });
    this.#timer.unref();
  }

  #stopTimer(): void {
    this.#timer?.stop();
    this.#timer = null;
  }

  #touches({ node }: FlowMember): boolean {
    return this.#touched === null || this.#touched.has(node.id) || this.#touched.has(node.z);
  }
}

/** The nodes that a deployment changes, and those connected to them; null: all are stopped. */
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
