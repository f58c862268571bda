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
import { environmentOf, settingReader, type ReadSetting } from '../../runtime/environment.ts';
import { ConnectionLines } from '../../runtime/connection-lines.ts';
import { FlowGate } from '../../runtime/flow-gate.ts';
import { InFlight } from '../../runtime/in-flight.ts';
import { newMessageId } from '../../runtime/message-id.ts';
import { callStatus, connectionStatus, errorStatus, type Security } from '../../runtime/node-status.ts';
import { StatusDisplay } from '../../runtime/status-display.ts';
import { createTexts, describeError, type Texts } from '../../runtime/texts.ts';
import { isAgentNode, type AgentNode } from '../accolades-agent/agent-connection.ts';
import { callMigrations } from './migrations.ts';
import type { Ports } from './ports.ts';

/** The node `accolades-call`: sends a message for each call and each change of an agent's connection. */
export default function registerCall(RED: NodeAPI): void {
  const texts = createTexts(RED);

  function Call(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const settings = migrate({ ...config }, callMigrations);
    const read = settingReader(settings, environmentOf(RED.util, this));
    const work = new CallWork(this, texts, RED);
    const leave = FlowGate.of(RED.events).join(work);
    work.begin(settings, read, configNode(RED.nodes, settings['agent'], isAgentNode));
    this.on('close', (removed: boolean, done: () => void) => {
      leave();
      work.end(removed);
      done();
    });
  }

  RED.nodes.registerType('accolades-call', Call);
}

/** What a call node does while it is deployed. */
class CallWork {
  readonly #node: Node;
  readonly #texts: Texts;
  readonly #inFlight: InFlight<AccoladesEvent>;
  readonly #display: StatusDisplay;
  readonly #lines: ConnectionLines;
  #ports: Ports = null;
  #security: Security = 'protected';
  #subscription: Subscription | null = null;
  #leaveAgent: () => void = () => undefined;
  /** What to tell Catch nodes once they are there. */
  #problem: string | null = null;
  #started = false;

  constructor(node: Node, texts: Texts, { hooks }: Partial<Pick<NodeAPI, 'hooks'>>) {
    this.#node = node;
    this.#texts = texts;
    this.#inFlight = new InFlight(hooks);
    this.#display = new StatusDisplay((status) => {
      node.status(status);
    });
    this.#lines = new ConnectionLines(node, texts);
  }

  /** Subscribes. Settings that can never work become the node's status and an error for Catch nodes. */
  begin(settings: Settings, read: ReadSetting, agent: AgentNode | null): void {
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
          numbers: read('numbers'),
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
          this.#lines.onReport(report);
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
    this.#subscription?.pause();
    this.#subscription?.giveBack(this.#inFlight.callBack());
  }

  onFlowsStarted(): void {
    if (!this.#started) {
      this.#started = true;
      // Status and Catch nodes hear nothing before this.
      this.#display.repeat();
      if (this.#problem !== null) this.#node.error(this.#problem, {});
    }
    this.#subscription?.resume();
  }

  /** Idempotent, never throws. */
  end(removed: boolean): void {
    this.#leaveAgent();
    this.#subscription?.unsubscribe({ removed });
    this.#subscription = null;
    this.#lines.close();
    this.#display.close();
  }

  #send(event: AccoladesEvent): void {
    const message = { _msgid: newMessageId(), topic: event.event, payload: event };
    const ports = this.#ports;
    this.#node.send(ports === null ? message : ports.map((port) => (port === event.event ? message : null)));
    this.#inFlight.sent(message._msgid, event);
    if ('phoneNumber' in event) this.#display.showCall(() => callStatus(event, this.#texts));
  }

  #show(status: SubscriptionStatus): void {
    this.#display.showConnection(connectionStatus(status, this.#security, this.#texts));
    this.#lines.onStatus(status);
  }
}
