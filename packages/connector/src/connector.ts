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
import type { ConnectionParameters } from './parameters.ts';
import { checkPage, FRESH_CALL_MS, type Opening } from './screen-pop.ts';
import type { View } from './view.ts';
import {
  requestBody,
  type AgentName,
  type AnsweredPage,
  type ConnectorEvent,
  type DeliveryOutcome,
} from './webhook-post.ts';

/** How often the configuration text is asked for anew while it is not usable or deliveries fail, in milliseconds. */
export const REREAD_MS = 30_000;

/** What of the browser a connector uses. */
export interface ConnectorParts {
  readonly clock: Clock;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly connect: TransportFactory;
  readonly newId: () => string;
  readonly post: (url: string, body: URLSearchParams) => Promise<DeliveryOutcome>;
  /** Posts without waiting for an answer, when the page goes away. False: it is not taken. */
  readonly beacon: (url: string, body: URLSearchParams) => boolean;
  /** Opens a page that was found good. */
  readonly open: (url: string, title: string) => Opening;
  readonly view: View;
}

/** Holds the session of one agent and passes its events on to the flow. */
export class Connector {
  readonly #parts: ConnectorParts;
  readonly #session: Session;
  readonly #queue: DeliveryQueue;
  #texts: AgentConfiguration | null = null;
  #configuration: ConnectorConfiguration | null = null;
  #troubled = false;
  #reread: Timer | null = null;
  /** Whether the flow was last told that the agent is there; null: it was told nothing yet. */
  #connected: boolean | null = null;
  #lost = 0;
  #closed = false;
  /** The frame that the session is reading, without the idCrm should the server have put it there. */
  #frame = '';

  constructor({ serverUrl, agentId }: ConnectionParameters, parts: ConnectorParts) {
    this.#parts = parts;
    const { clock, random, connect, view } = parts;
    this.#queue = new DeliveryQueue({
      clock,
      random,
      post: (event) => this.#post(event),
      listener: {
        onDelivered: (event, page) => {
          this.#troubled = false;
          view.showDelivery({ kind: 'delivered', host: this.#host() });
          if (page !== null) this.#openPage(event, page);
        },
        onFailed: ({ problem, status }, _retryMs, waiting) => {
          this.#troubled = true;
          view.showDelivery({ kind: 'trouble', host: this.#host(), problem, status, waiting });
          this.#rereadLater();
        },
        onLost: (count) => {
          this.#lost += count;
          view.showLost(this.#lost);
        },
      },
    });
    this.#session = new Session(
      agentId,
      {
        server: { url: serverUrl },
        // The flow gets each call as the server wrote it, and reads it by the same rules as a session of its own would.
        connect: (server, handlers) =>
          connect(server, {
            onOpen: () => {
              handlers.onOpen();
            },
            onPong: () => {
              handlers.onPong();
            },
            onClosed: (reason) => {
              handlers.onClosed(reason);
            },
            onFrame: (frame) => {
              this.#frame = maskIn(typeof frame === 'string' ? frame : (utf8Text(frame) ?? ''), agentId);
              handlers.onFrame(frame);
            },
          }),
        clock,
        random,
        admit: (go) => {
          go();
          return { stop: () => undefined, ref: () => undefined, unref: () => undefined };
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
      },
    );
    view.showDelivery({ kind: 'unknown' });
  }

  start(): void {
    this.#session.start();
  }

  /** The network is back, or somebody looks: ends all waits early. */
  retryNow(): void {
    this.#session.retryNow();
    this.#queue.retryNow();
  }

  /** The page goes away: what is not known to be delivered is sent without waiting for an answer. Idempotent, never throws. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reread?.stop();
    if (this.#connected === true) this.#tell('agentDisconnected', 'SESSION_CLOSED');
    const left = this.#queue.close();
    this.#session.close();
    const configuration = this.#configuration;
    if (configuration === null) return;
    for (const event of left) {
      if (!this.#parts.beacon(configuration.url, this.#bodyOf(event, configuration))) break;
    }
  }

  #onStatus(status: SessionStatus): void {
    this.#parts.view.showConnection(status);
    if (status.state === 'ready') {
      this.#tell('agentConnected', null);
      this.#readTexts();
    }
    // The later failures of an outage are no news: only its beginning is.
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
    view.showCall({
      direction: call.type === 'incomingCall' ? 'incoming' : 'outgoing',
      phoneNumber: call.phoneNumber,
      at: clock.now(),
    });
    this.#add({ frame: this.#frame });
  }

  #add(content: ConnectorEvent['content']): void {
    const { newId, clock } = this.#parts;
    this.#queue.add({ id: newId(), at: clock.monotonic(), content });
  }

  #readTexts(): void {
    this.#session.request('configuration').then(
      (texts) => {
        this.#useTexts(texts);
      },
      () => {
        this.#rereadLater();
      },
    );
  }

  #useTexts(texts: AgentConfiguration): void {
    if (this.#closed) return;
    const before = JSON.stringify(this.#texts);
    this.#texts = texts;
    const result = readConfiguration(texts);
    this.#showConfiguration(result);
    if (!result.ok) {
      this.#configuration = null;
      this.#queue.pause();
      this.#rereadLater();
      return;
    }
    this.#configuration = result.configuration;
    this.#queue.start();
    if (before !== JSON.stringify(texts)) this.#queue.retryNow();
    if (this.#troubled) this.#rereadLater();
  }

  #showConfiguration(result: ConfigurationResult): void {
    const { view } = this.#parts;
    if (!result.ok) {
      view.showDelivery({ kind: 'misconfigured', problem: result.problem, detail: result.detail });
    } else if (!this.#troubled) {
      view.showDelivery({ kind: 'ready', host: new URL(result.configuration.url).host });
    }
  }

  /** Somebody may be about to correct it. */
  #rereadLater(): void {
    if (this.#reread !== null || this.#closed) return;
    this.#reread = this.#parts.clock.start(REREAD_MS, () => {
      this.#reread = null;
      if (this.#session.status.state === 'ready') this.#readTexts();
    });
  }

  #post(event: ConnectorEvent): Promise<DeliveryOutcome> {
    const configuration = this.#configuration;
    if (configuration === null) {
      return Promise.resolve({ kind: 'failed', problem: 'unreachable', again: 'soon', status: null });
    }
    return this.#parts.post(configuration.url, this.#bodyOf(event, configuration));
  }

  #bodyOf(event: ConnectorEvent, configuration: ConnectorConfiguration): URLSearchParams {
    return requestBody(event, configuration, this.#agent(), this.#parts.clock.monotonic() - event.at);
  }

  #agent(): AgentName {
    const texts = this.#texts;
    return {
      label: texts === null ? '' : readLabel(texts),
      id: texts?.agent?.id ?? null,
      phoneId: texts?.phone?.id ?? null,
      accountId: texts?.account?.id ?? null,
    };
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
