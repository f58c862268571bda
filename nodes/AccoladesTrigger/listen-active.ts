import {
  firstOutcomeWithin,
  HostAcknowledgements,
  OrderedDelivery,
  RecentMap,
  type AccoladesEvent,
  type DeliveryReport,
} from '@accolades-flow/core';
import { processEnd, systemClock } from '@accolades-flow/core/node';
import type { ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';
import {
  agentCredentialName,
  foundCredential,
  readAgentCredential,
  type AgentConnection,
} from '../shared/agent-credential.ts';
import { deliveryLine } from '../shared/delivery-lines.ts';
import { onceWritten } from '../shared/once-written.ts';
import { ConnectionBatch } from './connection-batch.ts';
import { CredentialWatch } from './credential-watch.ts';
import { Listening } from './listen.ts';
import { toOutputs } from './outputs.ts';
import { claimOwner, type ClaimedOwner } from './owner-name.ts';
import type { TriggerSettings } from './trigger-settings.ts';

/**
 * How long publishing waits for the agents, so that the log says at once whether they connect, in
 * ms.
 */
export const ACTIVATION_WAIT_MS = 5_000;

/**
 * n8n does not wait for executions that it has not saved yet when it ends, so the node does, in ms.
 */
export const SAVE_WAIT_MS = 5_000;

/**
 * * How long the node keeps n8n from ending while the agents are released, in ms: closing
 * handshakes take a second at most, but an agent that a running execution uses too is not released
 * before it ends.
 */
export const RELEASE_WAIT_MS = 1_500;

/** Executions that wait for n8n; beyond it the hub holds what comes, with its own limits. */
const MAX_WAITING = 1_000;
/** The same in characters of what the server sent. */
const MAX_WAITING_CHARS = 4 * 1024 * 1024;

/**
 * Survive a re-publish: whether n8n acknowledges what a trigger gives it is known after the first
 * event.
 */
const acknowledgementsOf = new RecentMap<HostAcknowledgements>(1_000);

/**
 * * Listens for as long as the workflow is active. What can heal (an absent agent, a wrong IP
 * address, a lost network) never fails an activation nor tears the workflow down: the session tries
 * again until it succeeds, and the log says what is wrong.
 *
 * @throws AccoladesError when a parameter is not valid
 */
export async function listenActive(
  context: ITriggerFunctions,
  connection: AgentConnection,
  settings: TriggerSettings,
): Promise<ITriggerResponse> {
  const owner = claimOwner(context.getWorkflow().id ?? '', context.getNode());
  let started: ActiveTrigger | null = null;
  try {
    started = new ActiveTrigger(context, connection, settings, owner);
  } finally {
    if (started === null) owner.release();
  }
  const trigger = started;
  // At a start n8n activates one workflow after the other, and nobody watches.
  const watched = !['init', 'leadershipChange'].includes(context.getActivationMode());
  if (watched) await trigger.firstOutcome();
  return { closeFunction: () => trigger.close() };
}

class ActiveTrigger {
  readonly #context: ITriggerFunctions;
  readonly #settings: TriggerSettings;
  readonly #owner: ClaimedOwner;
  readonly #end = processEnd();
  readonly #delivery: OrderedDelivery<readonly AccoladesEvent[]>;
  readonly #batch: ConnectionBatch;
  readonly #listening: Listening;
  readonly #watch: CredentialWatch;
  readonly #forgetEnd: () => void;
  #agents: number;
  #lastEvent: number | null = null;
  #released: Promise<unknown> | null = null;
  #closed: Promise<void> | null = null;

  constructor(
    context: ITriggerFunctions,
    connection: AgentConnection,
    settings: TriggerSettings,
    owner: ClaimedOwner,
  ) {
    this.#context = context;
    this.#settings = settings;
    this.#owner = owner;
    this.#agents = connection.agents.length;
    this.#delivery = this.#createDelivery();
    this.#batch = new ConnectionBatch((events) => {
      this.#delivery.add(events);
    }, systemClock);
    this.#listening = new Listening(context, connection, settings, {
      owner: owner.owner,
      // Events of agents that are connected already come once everything is here.
      startPaused: true,
      onEvent: (event) => {
        this.#onEvent(event);
      },
    });
    this.#batch.collectUntil(this.#listening.subscription.firstOutcome);
    this.#listening.resume();
    this.#watch = this.#watchCredential(connection);
    this.#forgetEnd = this.#end.onBegin(() => {
      this.#drain();
    });
    if (owner.twin !== null) this.#warnOfTwin(owner.twin);
  }

  async firstOutcome(): Promise<void> {
    await firstOutcomeWithin(this.#listening.subscription, ACTIVATION_WAIT_MS);
  }

  /** Idempotent, never rejects. */
  close(): Promise<void> {
    this.#closed ??= this.#close().finally(() => {
      this.#owner.release();
    });
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#forgetEnd();
    this.#watch.close();
    if (this.#released !== null) {
      await this.#released;
      this.#listening.stop({ removed: true });
      this.#flush();
      await this.#end.graceSince(this.#lastEvent, SAVE_WAIT_MS);
      this.#reportUnsaved();
      return;
    }
    this.#listening.pause();
    const collected = this.#batch.close();
    // Waits for n8n to save: what comes to the next version could overtake it.
    const rest = await this.#delivery.close();
    this.#listening.subscription.requeue([...rest.flat(), ...collected]);
    // A new version of the workflow may follow, so the hub keeps its place for a moment.
    this.#listening.stop({ removed: false });
    if (this.#end.begun) await this.#end.graceSince(this.#lastEvent, SAVE_WAIT_MS);
  }

  #onEvent(event: AccoladesEvent): void {
    if ('phoneNumber' in event || this.#agents === 1) {
      this.#batch.flushBefore(event);
      this.#delivery.add([event]);
    } else this.#batch.add(event);
  }

  /** The process ends: nothing is kept, since nobody will come back for it. */
  #drain(): void {
    this.#watch.close();
    const drained = this.#listening.subscription.drain();
    this.#released = Promise.race([drained, this.#end.graceSince(this.#end.moment(), RELEASE_WAIT_MS)]);
    this.#flush();
  }

  #flush(): void {
    this.#batch.flush();
    this.#delivery.flush();
  }

  #reportUnsaved(): void {
    const count = this.#delivery.unacknowledged;
    if (count > 0) this.#onDeliveryReport({ kind: 'lost', count });
  }

  /**
   * * n8n starts executions side by side, so a later call may overtake an earlier one. Events of
   * one agent keep their order, and so do the rings of one call: only one of them is the first.
   */
  #createDelivery(): OrderedDelivery<readonly AccoladesEvent[]> {
    const context = this.#context;
    const known = acknowledgementsOf.get(this.#owner.owner);
    const host = known ?? new HostAcknowledgements();
    if (known === undefined) acknowledgementsOf.add(this.#owner.owner, host);
    return new OrderedDelivery<readonly AccoladesEvent[]>({
      clock: systemClock,
      host,
      keysOf: (events) => [...new Set(events.flatMap(keysOf))],
      deliver: (events, acknowledge) => {
        this.#lastEvent = this.#end.moment();
        const outputs = toOutputs(events, this.#settings.outputs);
        const takeBack = onceWritten(outputs, acknowledge);
        context.emit(outputs);
        return takeBack;
      },
      // Needs n8n's database, as starting an execution does.
      check: () => foundCredential(context.getCredentials('accoladesAgentApi')),
      capacity: {
        maxItems: MAX_WAITING,
        maxSize: MAX_WAITING_CHARS,
        sizeOf: (events) => events.reduce((sum, event) => sum + JSON.stringify(event).length, 0),
        onFull: () => {
          this.#listening.pause();
        },
        onRoom: () => {
          this.#listening.resume();
        },
      },
      onReport: (report) => {
        this.#onDeliveryReport(report);
      },
    });
  }

  #onDeliveryReport(report: DeliveryReport): void {
    const { level, text } = deliveryLine(report);
    this.#listening.lines.write(level, text);
  }

  /** n8n does not start a trigger anew when its credential is changed. */
  #watchCredential(connection: AgentConnection): CredentialWatch {
    const { lines } = this.#listening;
    return new CredentialWatch(connection, {
      clock: systemClock,
      read: () => this.#readCredential(),
      onChange: (changed) => {
        if (this.#released !== null) return;
        this.#agents = changed.agents.length;
        this.#listening.renew(changed);
        const agents = changed.agents.length === 1 ? '1 agent' : `${changed.agents.length} agents`;
        lines.write('info', `The credential was changed. The trigger uses it now: ${agents}.`);
      },
      onInvalid: (reason) => {
        lines.warn(`Correct the credential: the trigger goes on with what it held before. ${reason}`);
      },
    });
  }

  async #readCredential(): Promise<AgentConnection | null> {
    const credential = await foundCredential(this.#context.getCredentials('accoladesAgentApi'));
    if (credential === null) return null;
    return readAgentCredential(credential, agentCredentialName(this.#context.getNode()));
  }

  #warnOfTwin(twin: string): void {
    this.#listening.lines.warn(
      `Replace one of the nodes “${twin}” and “${this.#context.getNode().name}” of this workflow by a new one: ` +
        'they have the same internal ID. Both get their events, but calls that come during a publish may be lost.',
    );
  }
}

function keysOf(event: AccoladesEvent): string[] {
  return [`agent ${event.agent.label}`, ...('uniqueId' in event ? [`call ${event.uniqueId}`] : [])];
}
