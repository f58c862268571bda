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
import { CredentialPolls } from '../shared/credential-polls.ts';
import { deliveryLine } from '../shared/delivery-lines.ts';
import { onceWritten } from '../shared/once-written.ts';
import { claimOwner, type ClaimedOwner } from '../shared/owner-name.ts';
import { ConnectionBatch } from './connection-batch.ts';
import { CredentialWatch } from './credential-watch.ts';
import { Listening } from './listen.ts';
import { toOutputs } from './outputs.ts';
import type { TriggerSettings } from './trigger-settings.ts';

/** How long publishing waits for the agents, in ms, so that the log says whether they connect. */
const ACTIVATION_WAIT_MS = 5_000;

/** On shutdown, wait this long for n8n to save executions, in ms; n8n itself does not wait. */
const SAVE_WAIT_MS = 5_000;

/**
 * How long the node delays the end of n8n while agents are released, in ms. A closing handshake
 * takes a second at most. An agent that a running execution uses is released with that execution.
 */
const RELEASE_WAIT_MS = 1_500;

/** How many executions wait for n8n. Beyond this, the hub holds events, within its own limits. */
const MAX_WAITING = 1_000;
/** The same limit in characters of server data. */
const MAX_WAITING_CHARS = 4 * 1024 * 1024;

/** Shared, because each read is expensive for n8n. */
const polls = new CredentialPolls(systemClock);

/** Kept over re-publishing: only the first event shows whether n8n acknowledges. */
const acknowledgementsOf = new RecentMap<HostAcknowledgements>(1_000);

/**
 * Listens while the workflow is active. Temporary problems (an absent agent, a wrong IP address, a
 * lost network) do not fail the activation: the session retries, and the log says what is wrong.
 *
 * @throws AccoladesError when a parameter is invalid
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
  // At startup n8n activates workflows one by one, and nobody watches the editor.
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
      // Agents may already be connected; their events wait until the setup below is complete.
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
    await firstOutcomeWithin(this.#listening.subscription, ACTIVATION_WAIT_MS, systemClock);
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
    // Waits for n8n to save: events of the next version must not overtake these.
    const rest = await this.#delivery.close();
    this.#listening.subscription.requeue([...rest.flat(), ...collected]);
    // A new version may follow, so the hub keeps the subscription for a moment.
    this.#listening.stop({ removed: false });
    if (this.#end.begun) await this.#end.graceSince(this.#lastEvent, SAVE_WAIT_MS);
  }

  #onEvent(event: AccoladesEvent): void {
    if ('phoneNumber' in event || this.#agents === 1) {
      this.#batch.flushBefore(event);
      this.#delivery.add([event]);
    } else this.#batch.add(event);
  }

  /** The process ends: nothing is kept, because no new version will follow. */
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
   * n8n runs executions in parallel, so a later call may overtake an earlier one. Events of one
   * agent keep their order, and so do the rings of one call, because only one of them is the first.
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
      // Starting an execution needs n8n's database too, so test it first.
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

  /** n8n does not restart a trigger when its credential changes. */
  #watchCredential(connection: AgentConnection): CredentialWatch {
    const { lines } = this.#listening;
    const node = this.#context.getNode();
    return new CredentialWatch(connection, {
      polls,
      credentialId: node.credentials?.['accoladesAgentApi']?.id ?? this.#owner.owner,
      read: () => foundCredential(this.#context.getCredentials('accoladesAgentApi')),
      decode: (credential) => readAgentCredential(credential, agentCredentialName(node)),
      onChange: (changed) => {
        if (this.#released !== null) return;
        this.#agents = changed.agents.length;
        this.#listening.renew(changed);
        const agents = changed.agents.length === 1 ? '1 agent' : `${changed.agents.length} agents`;
        lines.write('info', `The credential was changed. The trigger uses it now: ${agents}.`);
      },
      onInvalid: (reason) => {
        lines.write(
          'warn',
          `Correct the credential: the trigger goes on with what it held before. ${reason}`,
        );
      },
    });
  }

  #warnOfTwin(twin: string): void {
    this.#listening.lines.write(
      'warn',
      `Replace one of the nodes “${twin}” and “${this.#context.getNode().name}” of this workflow by a new one: ` +
        'they have the same internal ID. Both get their events, but calls that come during a publish may be lost.',
    );
  }
}

function keysOf(event: AccoladesEvent): string[] {
  return [`agent ${event.agent.label}`, ...('uniqueId' in event ? [`call ${event.uniqueId}`] : [])];
}
