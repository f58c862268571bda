import {
  LineLimiter,
  WebhookEndpoint,
  withoutPastedEnds,
  type EndpointEventType,
  type Refusal,
} from '@accolades-flow/core';
import { processPendingReplies, systemClock } from '@accolades-flow/core/node';
import type { Node, NodeAPI, NodeDef } from '@node-red/registry';
import { migrate, type Settings } from '../../migrations/migrate.ts';
import { environmentOf, settingReader, settingText, type Environment } from '../../runtime/environment.ts';
import type { DeployPhase, FlowMember } from '../../runtime/flow-gate.ts';
import { gateOf } from '../../runtime/gate-of.ts';
import { checkGivenSetting } from '../../runtime/given-setting.ts';
import { HoldNotice } from '../../runtime/hold-notice.ts';
import { InFlight } from '../../runtime/in-flight.ts';
import { invalidParameter } from '../../runtime/invalid-parameter.ts';
import { newMessageId } from '../../runtime/message-id.ts';
import { errorStatus, shorten, type NodeStatus } from '../../runtime/node-status.ts';
import { StatusDisplay } from '../../runtime/status-display.ts';
import { storedSecret } from '../../runtime/stored-secret.ts';
import { hideCredentials } from '../../runtime/hide-credentials.ts';
import { createTexts, describeError, type Texts } from '../../runtime/texts.ts';
import { CallOutcomes } from './call-outcomes.ts';
import type { Delivery, WebhookPayload } from './delivery-buffer.ts';
import { endpointSettings } from './endpoint-settings.ts';
import english from './locales/en-US.json' with { type: 'json' };
import { lostPurposes, webhookMigrations } from './migrations.ts';
import { readPath } from './path.ts';
import type { DeployedNode, WebhookRoute } from './webhook-route.ts';
import { WebhookRoutes } from './webhook-routes.ts';

type Self = Node<{ secret: string }> & { path?: string };

/**
 * The node `accolades-webhook`: an HTTP endpoint for call notifications, for IVR requests or for
 * events of the browser connector.
 */
export default function registerWebhook(RED: NodeAPI): void {
  const texts = createTexts(RED, english);
  const setting = (name: string): unknown => Reflect.get(RED.settings, name);
  const removed = new LineLimiter();
  const routes =
    setting('httpNodeRoot') === false
      ? null
      : WebhookRoutes.of(RED.httpNode, {
          middleware: setting('httpNodeMiddleware'),
          hasCors: Boolean(setting('httpNodeCors')),
          server: RED.server,
          root: setting('httpNodeRoot'),
          adminRoot: setting('httpAdminRoot'),
          onForgotten: (path, count) => {
            RED.log.warn(texts('accolades-webhook.log.forgotten', { path, count }));
          },
          onUnavailable: (path) => {
            const omitted = removed.admit(path);
            if (omitted === null) return;
            RED.log.warn(texts('accolades-webhook.log.unavailable', { path, count: omitted + 1 }));
          },
        });

  function Webhook(this: Self, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    hideCredentials(this);
    const stored: Settings = { ...config };
    const settings = migrate(stored, webhookMigrations);
    const needsLogin = Boolean(setting('httpNodeAuth'));
    const environment = environmentOf(RED.util, this);
    const work = new WebhookWork(this, texts, RED, routes, needsLogin);
    const leave = gateOf(RED).join(work);
    // Other tools may store an empty secret, which means none.
    const isSet = storedSecret(RED, this.id, 'secret') !== '';
    const checkGiven: CheckGiven = (name, value, everything) => {
      checkGivenSetting(RED, config, name, value, everything);
    };
    work.begin(settings, isSet ? this.credentials.secret : undefined, environment, checkGiven);
    work.warnOfLost(stored, settings);
    this.path = work.path;
    this.on('close', (removed: boolean, done: () => void) => {
      work.end();
      leave(removed);
      done();
    });
  }

  RED.nodes.registerType('accolades-webhook', Webhook, { credentials: { secret: { type: 'password' } } });
}

/**
 * Refuses an environment variable without a value where clearing the field would do `everything`.
 */
type CheckGiven = (name: string, value: unknown, everything: string) => void;

/** The work of a webhook node while it is deployed. */
class WebhookWork implements FlowMember {
  readonly #node: Node;
  readonly #texts: Texts;
  readonly #inFlight: InFlight<Delivery>;
  readonly #display: StatusDisplay;
  readonly #notice: HoldNotice;
  readonly #limiter = new LineLimiter();
  readonly #routes: WebhookRoutes | null;
  readonly #needsLogin: boolean;
  #ports: readonly EndpointEventType[] | null = null;
  #path = '';
  #deployed: DeployedNode | null = null;
  /** Null: the node does not send what became of calls. */
  #outcomes: CallOutcomes | null = null;
  #route: WebhookRoute | null = null;
  /** An error for Catch nodes, sent once they exist. */
  #problem: unknown = null;
  #started = false;
  #ended = false;

  constructor(
    node: Node,
    texts: Texts,
    { hooks }: Pick<NodeAPI, 'hooks'>,
    routes: WebhookRoutes | null,
    needsLogin: boolean,
  ) {
    this.#node = node;
    this.#texts = texts;
    this.#inFlight = new InFlight(hooks);
    this.#display = new StatusDisplay((status) => {
      node.status(status);
    });
    this.#notice = new HoldNotice(this.#display, texts, (line) => {
      node.warn(line);
    });
    this.#routes = routes;
    this.#needsLogin = needsLogin;
  }

  /** Empty while the settings are invalid. */
  get path(): string {
    return this.#path;
  }

  /** Claims the path. Invalid settings become the node's status and an error for Catch nodes. */
  begin(settings: Settings, secret: unknown, environment: Environment, checkGiven: CheckGiven): void {
    try {
      if (this.#routes === null) throw invalidParameter(this.#texts('accolades-webhook.error.httpOff'));
      this.#path = readPath(settingReader(settings, environment)('path'));
      if (this.#routes.isReserved(this.#path)) {
        this.#failPath(
          'pathReserved',
          invalidParameter(this.#texts('accolades-webhook.error.adminPath', { path: this.#path })),
        );
        return;
      }
      const given = this.#secretOf(secret, environment);
      const rules = endpointSettings(settings, given, environment);
      checkGiven('allowedAddresses', rules.allowedAddresses, 'accept requests from every address');
      if (settings['receives'] === 'connector') checkGiven('numbers', rules.numbers, 'take all numbers');
      const endpoint = new WebhookEndpoint(rules, {
        key: this.#node.id,
        clock: systemClock,
        replies: processPendingReplies(),
      });
      this.#ports = settings['splitOutputs'] === true ? endpoint.chosenEvents : null;
      this.#outcomes = this.#outcomesOf(endpoint, settings, environment);
      this.#deployed = this.#deployedNode(endpoint, given !== '');
      this.#claimPath(false);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Says which requests a node of an earlier version no longer receives. */
  warnOfLost(stored: Settings, settings: Settings): void {
    const lost = lostPurposes(stored);
    if (lost.length === 0) return;
    const nameOf = (purpose: unknown): string => this.#texts(`accolades-webhook.receives.${String(purpose)}`);
    const names = { lost: lost.map(nameOf).join(', '), kept: nameOf(settings['receives']) };
    this.#node.warn(this.#texts('accolades-webhook.log.lostPurposes', names));
  }

  #outcomesOf(endpoint: WebhookEndpoint, settings: Settings, environment: Environment): CallOutcomes | null {
    const events = endpoint.outcomeEvents;
    if (events.length === 0) return null;
    return new CallOutcomes(settings, environment, {
      key: this.#node.id,
      events,
      onRecord: (message) => {
        this.#route?.add({ type: message.event, message, replyToken: null });
      },
      onReport: ({ text }) => {
        this.#node.warn(text);
      },
    });
  }

  /**
   * Empty only when no secret is set: a variable without a value must not open the endpoint.
   * @throws AccoladesError
   */
  #secretOf(secret: unknown, environment: Environment): string {
    if (secret === undefined) return '';
    const given = settingText(secret, environment, 'INVALID_PARAMETER');
    if (withoutPastedEnds(given) === '') {
      throw invalidParameter(this.#texts('accolades-webhook.error.blankSecret'));
    }
    return given;
  }

  onFlowsStopping(): void {
    this.#route?.pause();
    this.#route?.requeue(this.#inFlight.recall());
  }

  onFlowsStarted(): void {
    // By now, a node that had the path before this deployment has claimed it again.
    if (this.#route === null) this.#claimPath(true);
    if (!this.#started) {
      this.#started = true;
      // Status and Catch nodes receive nothing before this.
      this.#display.repeat();
      if (this.#needsLogin) this.#node.warn(this.#texts('accolades-webhook.log.needsLogin'));
    }
    if (this.#problem !== null) {
      const text = describeError(this.#problem, this.#texts);
      this.#problem = null;
      this.#node.error(text, {});
    }
    this.#notice.over();
    this.#route?.resume();
  }

  get node(): FlowMember['node'] {
    return this.#node;
  }

  onLongWait(phase: DeployPhase): void {
    this.#notice.onLongWait(phase, this.#route?.heldCount ?? 0);
  }

  /**
   * The node is closed and may be created again; its path stays served. Idempotent, never throws.
   */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#outcomes?.leave();
    this.#route?.detach();
    this.#display.close();
  }

  giveUp(): void {
    this.end();
    this.#outcomes?.giveUp();
    if (this.#route !== null && this.#deployed !== null) this.#routes?.giveUp(this.#route, this.#deployed);
  }

  #claimPath(force: boolean): void {
    if (this.#routes === null || this.#deployed === null) return;
    try {
      this.#route = this.#routes.claim(this.#path, this.#node.id, this.#deployed, force);
      if (this.#route !== null) {
        this.#outcomes?.open();
        this.#problem = null;
        this.#display.showConnection({
          fill: 'green',
          shape: 'dot',
          text: this.#texts('accolades-webhook.status.ready'),
        });
      }
    } catch (error) {
      this.#failPath('pathInUse', error);
    }
  }

  #failPath(reason: 'pathInUse' | 'pathReserved', error: unknown): void {
    const text = this.#texts(`accolades-webhook.status.${reason}`);
    this.#fail(error, { fill: 'red', shape: 'ring', text });
  }

  #deployedNode(endpoint: WebhookEndpoint, hasSecret: boolean): DeployedNode {
    return {
      endpoint,
      hasSecret,
      deliver: (delivery) => {
        this.#send(delivery);
      },
      onRefused: (refusal) => {
        this.#refused(refusal);
      },
      onWarning: (error) => {
        this.#warn(error.code, describeError(error, this.#texts));
      },
      onFallback: () => {
        if (this.#ended) return;
        this.#warn('fallback', this.#texts('accolades-webhook.log.fallback'));
        this.#display.showCall(() => ({
          fill: 'yellow',
          shape: 'ring',
          text: this.#texts('accolades-webhook.status.fallback'),
        }));
      },
      onDropped: (count) => {
        this.#node.error(this.#texts('accolades-webhook.log.dropped', { count }), {});
      },
    };
  }

  #send(delivery: Delivery): void {
    const { type, message: payload, replyToken } = delivery;
    // A deployment may have changed the choice while the result of a call was held.
    if ('result' in payload && this.#outcomes?.chooses(payload.event) !== true) return;
    const message = {
      _msgid: newMessageId(),
      topic: payload.event,
      payload,
      // Beside the payload, so that a flow can replace the payload and still answer.
      ...(replyToken === null ? {} : { accolades: { replyToken } }),
    };
    const ports = this.#ports;
    this.#node.send(ports === null ? message : ports.map((port) => (port === type ? message : null)));
    this.#inFlight.sent(message._msgid, delivery);
    this.#display.showCall(() => this.#statusOf(type, payload));
  }

  #statusOf(type: EndpointEventType, payload: WebhookPayload): NodeStatus {
    const event =
      'result' in payload
        ? this.#texts(`accolades-webhook.result.${payload.result}`)
        : this.#texts(`accolades-webhook.short.${type}`);
    const number = 'phoneNumber' in payload ? payload.phoneNumber : payload.agent.label;
    const shown = number.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '').trim();
    return { fill: 'blue', shape: 'dot', text: shorten(`${event} ${shown}`.trim()) };
  }

  #refused(refusal: Refusal): void {
    if (this.#ended) return;
    this.#warn(refusal.error.code, refusal.logLine);
    const { error, answer } = refusal;
    this.#display.showCall(() => ({
      fill: 'yellow',
      shape: 'ring',
      text: shorten(
        error.code === 'WRONG_PURPOSE'
          ? this.#texts('accolades-webhook.status.wrongPurpose')
          : this.#texts('accolades-webhook.status.refused', { status: answer.status }),
      ),
    }));
  }

  #warn(kind: string, text: string): void {
    const count = this.#limiter.admit(kind);
    if (count === null) return;
    this.#node.warn(count === 0 ? text : this.#texts('accolades.log.repeated', { text, count }));
  }

  #fail(error: unknown, status = errorStatus(error, this.#texts)): void {
    // Report the problem once, not at each deployment.
    if (this.#started) return;
    this.#problem = error;
    this.#display.showConnection(status);
  }
}
