import {
  maskIn,
  Session,
  type AgentConfiguration,
  type CallMessage,
  type Clock,
  type SessionStatus,
  type Timer,
  type TransportFactory,
  utf8Text,
} from '@accolades-flow/core/web';
import {
  readConfiguration,
  readLabel,
  type ConfigurationResult,
  type ConnectorConfiguration,
} from './configuration.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import { leavingPosts } from './leaving.ts';
import type { Opening } from './page-opener.ts';
import type { ConnectionParameters } from './parameters.ts';
import { checkPage, FRESH_CALL_MS } from './screen-pop.ts';
import type { View } from './view.ts';
import {
  requestBody,
  type AgentName,
  type AnsweredPage,
  type ConnectorEvent,
  type DeliveryOutcome,
} from './webhook-post.ts';

/** Time between two requests for an unusable configuration text, in milliseconds. */
export const REREAD_MS = 30_000;

/** The parts of the browser that a connector uses. */
export interface ConnectorParts {
  readonly clock: Clock;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly connect: TransportFactory;
  readonly newId: () => string;
  /** Never rejects. A post goes on after its page has gone, up to a limit of size. */
  readonly post: (url: string, body: string) => Promise<DeliveryOutcome>;
  /** Opens a page that passed the check. Never throws. */
  readonly open: (url: string, title: string) => Opening;
  readonly view: View;
}

/** Holds the session of one agent and passes its events on to the flow. */
export class Connector {
  readonly #parameters: ConnectionParameters;
  readonly #parts: ConnectorParts;
  readonly #queue: DeliveryQueue;
  /** Null before the start, and while the page is frozen or has been left. */
  #session: Session | null = null;
  #texts: AgentConfiguration | null = null;
  #agent: AgentName = { label: '', id: null, phoneId: null, accountId: null };
  #configuration: ConnectorConfiguration | null = null;
  #troubled = false;
  #reread: Timer | null = null;
  /** Whether the flow was last told that the agent is connected; null: nothing was told yet. */
  #connected: boolean | null = null;
  /** The posts that were made when the page was left or frozen. */
  #leaving: Promise<unknown> = Promise.resolve();
  /** The frame that the session is reading, without the idCrm. */
  #frame = '';

  constructor(parameters: ConnectionParameters, parts: ConnectorParts) {
    this.#parameters = parameters;
    this.#parts = parts;
    const { clock, random, view } = parts;
    this.#queue = new DeliveryQueue({
      clock,
      random,
      post: (event) => this.#post(event),
      listener: {
        onDelivered: (event, page, waiting) => {
          this.#troubled = false;
          view.showDelivery({ kind: 'delivered', host: this.#host(), waiting });
          if (page === null) return;
          if ('answeredBy' in page) view.showPage({ kind: 'elsewhere', label: page.answeredBy });
          else this.#openPage(event, page);
        },
        onFailed: ({ problem, status }, waiting) => {
          this.#troubled = true;
          view.showDelivery({ kind: 'trouble', host: this.#host(), problem, status, waiting });
          this.#rereadLater();
        },
        onLost: (count, reason) => {
          view.showLost(count, reason);
        },
      },
    });
    view.showDelivery({ kind: 'unknown' });
  }

  /** Connects: at first, and when the page is shown again or no longer frozen. Idempotent. */
  resume(): void {
    if (this.#session !== null) return;
    const session = this.#newSession();
    this.#session = session;
    session.start();
    void this.#leaving.then(() => {
      if (this.#session === session && this.#configuration !== null) this.#queue.start();
    });
  }

  /** The network is back, or the page is in sight: ends all waits early. */
  retryNow(): void {
    if (this.#session === null) return;
    this.#session.retryNow();
    this.#queue.retryNow();
  }

  /**
   * The page goes away or is frozen, for good or until {@link resume}. Tells the flow, posts what
   * is not delivered yet, and releases the agent's one connection. Idempotent, never throws.
   */
  suspend(): void {
    const session = this.#session;
    if (session === null) return;
    this.#session = null;
    this.#reread?.stop();
    this.#reread = null;
    this.#queue.pause();
    if (this.#connected === true) this.#tell('agentDisconnected', 'SESSION_CLOSED');
    session.close();
    this.#leaving = this.#postAll();
  }

  async #postAll(): Promise<void> {
    const configuration = this.#configuration;
    if (configuration === null) return;
    const { waiting, inFlight } = this.#queue;
    const posts = leavingPosts(waiting, inFlight, this.#troubled, (event, short) =>
      this.#bodyOf(event, configuration, short),
    );
    await Promise.all(
      posts.map(async ({ event, body }) => {
        const { kind } = await this.#parts.post(configuration.url, body);
        if (kind === 'delivered') this.#queue.remove(event);
      }),
    );
  }

  #newSession(): Session {
    const { serverUrl, agentId } = this.#parameters;
    const { clock, random, connect } = this.#parts;
    return new Session(
      agentId,
      {
        server: { url: serverUrl },
        connect,
        clock,
        random,
        admit: (go) => {
          go();
          return { stop: () => undefined };
        },
      },
      {
        onStatus: (status) => {
          this.#onStatus(status);
        },
        onCall: (call) => {
          this.#onCall(call);
        },
        onReport: () => undefined,
        // The flow gets each call as the server wrote it, and reads it by the rules of a session.
        onFrame: (frame) => {
          this.#frame = maskIn(typeof frame === 'string' ? frame : (utf8Text(frame) ?? ''), agentId);
        },
      },
    );
  }

  #onStatus(status: SessionStatus): void {
    this.#parts.view.showConnection(status);
    if (status.state === 'ready') {
      this.#tell('agentConnected', null);
      this.#readTexts();
    }
    // Only the beginning of an outage is told, not each failed attempt.
    if (status.state === 'waiting' && this.#connected !== false) {
      this.#tell('agentDisconnected', status.reason.code);
    }
  }

  #tell(event: 'agentConnected' | 'agentDisconnected', reason: string | null): void {
    this.#connected = event === 'agentConnected';
    this.#add({ event, reason });
  }

  #onCall(call: CallMessage): void {
    const { clock, view } = this.#parts;
    const { type, phoneNumber, uniqueId, callCenter } = call;
    view.showCall({
      direction: type === 'incomingCall' ? 'incoming' : 'outgoing',
      phoneNumber,
      at: clock.now(),
    });
    this.#add({
      frame: this.#frame,
      shortFrame: JSON.stringify({
        type,
        phoneNumber,
        uniqueId,
        ...(callCenter === null ? {} : { callCenter: callCenter ? 'yes' : 'no' }),
      }),
    });
  }

  #add(content: ConnectorEvent['content']): void {
    const { newId, clock } = this.#parts;
    this.#queue.add({ id: newId(), at: clock.monotonic(), content });
  }

  #readTexts(): void {
    const session = this.#session;
    session?.request('configuration').then(
      (texts) => {
        if (this.#session === session) this.#useTexts(texts);
      },
      () => {
        this.#rereadLater();
      },
    );
  }

  #useTexts(texts: AgentConfiguration): void {
    const before = JSON.stringify(this.#texts);
    this.#texts = texts;
    this.#agent = agentOf(texts);
    const result = readConfiguration(texts);
    this.#showConfiguration(result);
    if (!result.ok) {
      this.#configuration = null;
      this.#queue.pause();
      this.#rereadLater();
      return;
    }
    this.#configuration = result.configuration;
    void this.#leaving.then(() => {
      if (this.#session === null || this.#configuration === null) return;
      this.#queue.start();
      if (before !== JSON.stringify(texts)) this.#queue.retryNow();
    });
    if (this.#troubled) this.#rereadLater();
  }

  #showConfiguration(result: ConfigurationResult): void {
    const { view } = this.#parts;
    if (!result.ok) {
      view.showDelivery({ kind: 'misconfigured', fault: result });
    } else if (!this.#troubled) {
      view.showDelivery({ kind: 'ready', host: new URL(result.configuration.url).host });
    }
  }

  /** The text may be corrected meanwhile. */
  #rereadLater(): void {
    if (this.#reread !== null || this.#session === null) return;
    this.#reread = this.#parts.clock.start(REREAD_MS, () => {
      this.#reread = null;
      if (this.#session?.status.state === 'ready') this.#readTexts();
    });
  }

  #post(event: ConnectorEvent): Promise<DeliveryOutcome> {
    const configuration = this.#configuration;
    if (configuration === null) {
      return Promise.resolve({ kind: 'failed', problem: 'unreachable', again: 'soon', status: null });
    }
    return this.#parts.post(configuration.url, this.#bodyOf(event, configuration));
  }

  #bodyOf(event: ConnectorEvent, configuration: ConnectorConfiguration, short = false): string {
    const age = this.#parts.clock.monotonic() - event.at;
    return requestBody(event, configuration, this.#agent, age, short);
  }

  #openPage(event: ConnectorEvent, answered: AnsweredPage): void {
    const { view, open, clock } = this.#parts;
    const page = checkPage(answered, this.#configuration?.popOrigins ?? new Set());
    if (!page.ok) {
      view.showPage({ kind: 'refused', refusal: page.refusal, shown: page.shown });
      return;
    }
    const { url, title } = page;
    const fresh = clock.monotonic() - event.at <= FRESH_CALL_MS;
    view.showPage({ kind: fresh ? open(url, title) : 'late', url, title });
  }

  #host(): string {
    return this.#configuration === null ? '' : new URL(this.#configuration.url).host;
  }
}

function agentOf(texts: AgentConfiguration): AgentName {
  return {
    label: readLabel(texts),
    id: texts.agent?.id ?? null,
    phoneId: texts.phone?.id ?? null,
    accountId: texts.account?.id ?? null,
  };
}
