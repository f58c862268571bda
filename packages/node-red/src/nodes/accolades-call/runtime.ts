import {
  AccoladesError,
  readEvents,
  type AccoladesEvent,
  type Subscription,
  type SubscriptionStatus,
} from '@accolades-flow/core';
import { processHub } from '@accolades-flow/core/node';
import type { Node, NodeAPI, NodeDef } from '@node-red/registry';
import { migrate, type Settings } from '../../migrations/migrate.ts';
import { configNode } from '../../runtime/config-node.ts';
import { environmentOf, settingReader } from '../../runtime/environment.ts';
import { ConnectionLines } from '../../runtime/connection-lines.ts';
import { gateOf } from '../../runtime/gate-of.ts';
import type { DeployPhase, FlowMember } from '../../runtime/flow-gate.ts';
import { checkGivenSetting } from '../../runtime/given-setting.ts';
import { HoldNotice } from '../../runtime/hold-notice.ts';
import { InFlight } from '../../runtime/in-flight.ts';
import { newMessageId } from '../../runtime/message-id.ts';
import { callStatus, connectionStatus, errorStatus, type Security } from '../../runtime/node-status.ts';
import { runtimeEnd } from '../../runtime/runtime-end.ts';
import { StatusDisplay } from '../../runtime/status-display.ts';
import { createTexts, describeError, type Texts } from '../../runtime/texts.ts';
import { isAgentNode, type AgentNode } from '../accolades-agent/agent-connection.ts';
import { callMigrations } from './migrations.ts';
import type { Ports } from './ports.ts';

/** The node `accolades-call`: sends a message for each call and each change of a connection. */
export default function registerCall(RED: NodeAPI): void {
  const texts = createTexts(RED);

  function Call(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const settings = migrate({ ...config }, callMigrations);
    const read = settingReader(settings, environmentOf(RED.util, this));
    const work = new CallWork(this, texts, RED);
    const leave = gateOf(RED).join(work);
    const numbers = (): unknown =>
      checkGivenSetting(RED, config, 'numbers', read('numbers'), 'take all numbers');
    work.begin(settings, numbers, configNode(RED.nodes, settings['agent'], isAgentNode));
    this.on('close', (removed: boolean, done: () => void) => {
      work.end();
      leave(removed);
      done();
    });
  }

  RED.nodes.registerType('accolades-call', Call);
}

/**
 * How long a flow may still run after its last message when the process ends, in milliseconds.
 * Node-RED drops messages that have not reached the next node.
 */
const FLOW_GRACE_MS = 100;

/** The work of a call node while it is deployed. */
class CallWork implements FlowMember {
  readonly #node: Node;
  readonly #texts: Texts;
  readonly #inFlight: InFlight<AccoladesEvent>;
  readonly #display: StatusDisplay;
  readonly #lines: ConnectionLines;
  readonly #notice: HoldNotice;
  readonly #end = runtimeEnd();
  #forgetEnd: () => void = () => undefined;
  #subscribe: () => void = () => undefined;
  /** Monotonic time; null: nothing was sent yet. */
  #lastSent: number | null = null;
  #ports: Ports = null;
  #security: Security = 'protected';
  #subscription: Subscription | null = null;
  #leaveAgent: () => void = () => undefined;
  /** An error for Catch nodes, sent once they exist. */
  #problem: string | null = null;
  #started = false;
  /** Whether messages reach the next nodes. */
  #flowing = false;

  constructor(node: Node, texts: Texts, { hooks }: Partial<Pick<NodeAPI, 'hooks'>>) {
    this.#node = node;
    this.#texts = texts;
    this.#inFlight = new InFlight(hooks);
    this.#display = new StatusDisplay((status) => {
      node.status(status);
    });
    this.#lines = new ConnectionLines(node, texts);
    this.#notice = new HoldNotice(this.#display, texts, (line) => {
      node.warn(line);
    });
  }

  get node(): FlowMember['node'] {
    return this.#node;
  }

  /** Subscribes. Invalid settings become the node's status and an error for Catch nodes. */
  begin(settings: Settings, numbers: () => unknown, agent: AgentNode | null): void {
    this.#subscribe = () => {
      this.#trySubscribe(settings, numbers, agent);
    };
    const onSurvived = (): void => {
      this.#survive();
    };
    this.#forgetEnd = this.#end.onBegin(() => this.#drain(), onSurvived);
    // Events for a node that is created while the process ends would be lost.
    if (!this.#end.begun) this.#subscribe();
  }

  #trySubscribe(settings: Settings, numbers: () => unknown, agent: AgentNode | null): void {
    try {
      if (agent === null) {
        throw new AccoladesError('INVALID_PARAMETER', { what: this.#texts('accolades.log.noAgent') });
      }
      const events = readEvents(settings['events']);
      this.#ports = settings['splitOutputs'] === true ? [...events] : null;
      const { agents, server, country, security } = agent.connection();
      this.#security = security;
      this.#subscription = processHub().subscribe({
        owner: this.#node.id,
        agents,
        server,
        country,
        filter: {
          events: [...events],
          callSource: settings['callSource'],
          numbers: numbers(),
          firstRingOnly: settings['firstRingOnly'],
        },
        includeConfiguration: settings['includeConfiguration'] === true,
        startPaused: true,
        onEvent: (event) => {
          this.#send(event);
        },
        onStatus: (status) => {
          this.#show(status);
        },
        onReport: (report) => {
          this.#lines.log.onReport(report);
        },
      });
      this.#leaveAgent = agent.usedBy(this.#subscription);
      agent.warnOnce(security);
      this.#show(this.#subscription.status);
    } catch (error) {
      this.#display.showConnection(errorStatus(error, this.#texts));
      this.#problem = describeError(error, this.#texts);
      if (agent !== null) {
        const name = agent.name === undefined || agent.name === '' ? 'accolades-agent' : agent.name;
        this.#problem += ` ${this.#texts('accolades.log.whereToCorrect', { agent: name })}`;
      }
    }
  }

  onFlowsStopping(): void {
    this.#flowing = false;
    this.#subscription?.pause();
    this.#subscription?.requeue(this.#inFlight.recall());
  }

  onFlowsStarted(): void {
    this.#flowing = true;
    if (!this.#started) {
      this.#started = true;
      // Status and Catch nodes receive nothing before this.
      this.#display.repeat();
      if (this.#problem !== null) this.#node.error(this.#problem, {});
    }
    this.#notice.over();
    this.#subscription?.resume();
  }

  onLongWait(phase: DeployPhase): void {
    this.#notice.onLongWait(phase, this.#subscription?.heldCount ?? 0);
  }

  /** The node is closed and may be created again. Idempotent, never throws. */
  end(): void {
    this.#leaveAgent();
    this.#forgetEnd();
    this.#lines.end();
    this.#display.close();
    // The flow gate decides when the node will not return, and calls giveUp().
    this.#subscription?.unsubscribe({ lingerMs: Infinity });
  }

  giveUp(): void {
    this.#subscription?.giveUp();
    this.#subscription = null;
  }

  /** The process ends: delivers what the server has sent, then releases the agents. */
  async #drain(): Promise<void> {
    await this.#subscription?.drain();
    await this.#end.graceSince(this.#lastSent, FLOW_GRACE_MS);
  }

  /** The process was asked to end and goes on, as may one with an embedded Node-RED. */
  #survive(): void {
    this.#leaveAgent();
    this.#leaveAgent = () => undefined;
    this.#subscribe();
    if (this.#flowing) this.#subscription?.resume();
  }

  #send(event: AccoladesEvent): void {
    const message = { _msgid: newMessageId(), topic: event.event, payload: event };
    const ports = this.#ports;
    this.#node.send(ports === null ? message : ports.map((port) => (port === event.event ? message : null)));
    this.#inFlight.sent(message._msgid, event);
    this.#lastSent = this.#end.moment();
    if ('phoneNumber' in event) this.#display.showCall(() => callStatus(event, this.#texts));
  }

  #show(status: SubscriptionStatus): void {
    this.#display.showConnection(connectionStatus(status, this.#security, this.#texts));
    this.#lines.log.onStatus(status);
  }
}
