import type { SessionStatus } from '@accolades-flow/core/web';
import type { ConfigurationFault } from './configuration.ts';
import type { LostReason } from './delivery-queue.ts';
import type { Opening } from './page-opener.ts';
import type { Texts } from './texts.ts';
import type { DeliveryState, LastCall, PageState, View } from './view.ts';

type Tone = 'quiet' | 'good' | 'busy' | 'bad';

/** Shows the state in the elements of `index.html`, all of it as text and never as markup. */
export class PageView implements View {
  readonly #texts: Texts;
  readonly #document: Document;
  readonly #openByClick: (url: string, title: string) => Opening;
  readonly #lost = new Map<LostReason, number>();
  #delivery: DeliveryState | null = null;

  constructor(document: Document, texts: Texts, openByClick: (url: string, title: string) => Opening) {
    this.#document = document;
    this.#texts = texts;
    this.#openByClick = openByClick;
    document.documentElement.lang = texts.language;
    document.title = texts.title;
    for (const name of ['connection', 'delivery', 'call', 'page'] as const) {
      this.#element(`${name}-label`).textContent = texts.labels[name];
    }
    this.#say('connection', 'quiet', texts.idle);
    this.#say('delivery', 'quiet', '');
    this.#say('call', 'quiet', texts.noCall);
    this.#say('page', 'quiet', texts.noPage);
  }

  showMissingParameters(names: readonly string[]): void {
    this.#say('connection', 'bad', this.#texts.missingParameters(names.join(', ')));
  }

  showConnection(status: SessionStatus): void {
    const texts = this.#texts;
    switch (status.state) {
      case 'idle':
        this.#say('connection', 'quiet', texts.idle);
        return;
      case 'connecting':
      case 'authenticating':
        // Between two refusals the reason stays to be read.
        if (status.attempt === 1) this.#say('connection', 'busy', texts.connecting);
        return;
      case 'ready':
        this.#say('connection', 'good', texts.connected);
        return;
      case 'waiting': {
        const reason = texts.reasons[status.reason.code] ?? texts.reasons.NETWORK;
        this.#say('connection', 'bad', `${reason} ${texts.retryAt(this.#time(status.nextAttemptAt))}`);
        return;
      }
      case 'closed':
        this.#say('connection', 'quiet', texts.closed);
    }
  }

  showDelivery(state: DeliveryState): void {
    this.#delivery = state;
    const texts = this.#texts;
    switch (state.kind) {
      case 'unknown':
        this.#say('delivery', 'busy', texts.waitingForConfiguration);
        break;
      case 'misconfigured':
        this.#say('delivery', 'bad', this.#faultText(state.fault));
        break;
      case 'ready':
        this.#say('delivery', 'good', texts.ready(state.host));
        break;
      case 'delivered':
        this.#say('delivery', 'good', this.#withWaiting(texts.delivered(state.host), state.waiting));
        break;
      case 'trouble': {
        const what = texts.trouble[state.problem](state.host, String(state.status ?? '–'));
        this.#say('delivery', 'bad', this.#withWaiting(what, state.waiting));
      }
    }
    for (const [reason, count] of this.#lost) {
      this.#element('delivery').append(` ${texts.lost[reason](count)}`);
    }
  }

  #withWaiting(text: string, waiting: number): string {
    if (waiting === 0) return text;
    return `${text.replace(/([^.])$/, '$1.')} ${this.#texts.waiting(waiting)}`;
  }

  #faultText({ problem, detail, fault }: ConfigurationFault): string {
    const { configuration, jsonPlace, jsonMistakes } = this.#texts;
    const place = fault === null ? detail : jsonPlace(fault, jsonMistakes[fault.mistake]);
    return configuration[problem](place).trim();
  }

  showCall({ direction, phoneNumber, at }: LastCall): void {
    const number = phoneNumber === '' ? this.#texts.hiddenNumber : phoneNumber;
    this.#say('call', 'good', `${this.#texts[direction]} ${number}, ${this.#time(at)}`);
  }

  showPage(state: PageState): void {
    const texts = this.#texts;
    if (state.kind === 'refused') {
      this.#say('page', 'bad', texts.refusals[state.refusal](state.shown));
      return;
    }
    if (state.kind === 'elsewhere') {
      this.#say('page', 'good', texts.elsewhere(state.label));
      return;
    }
    const { kind, url, title } = state;
    this.#say('page', kind === 'opened' ? 'good' : 'bad', `${texts[kind]}: `);
    // A link would open the page in the same sandbox.
    this.#element('page').append(kind === 'sandboxed' ? url : this.#linkTo(url, title, kind === 'ask'));
  }

  #linkTo(url: string, title: string, asks: boolean): HTMLAnchorElement {
    const link = this.#document.createElement('a');
    link.href = url;
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
    link.textContent = title;
    if (asks) {
      link.addEventListener('click', (event) => {
        event.preventDefault();
        this.showPage({ kind: this.#openByClick(url, title), url, title });
      });
    }
    return link;
  }

  showLost(count: number, reason: LostReason): void {
    this.#lost.set(reason, (this.#lost.get(reason) ?? 0) + count);
    if (this.#delivery !== null) this.showDelivery(this.#delivery);
  }

  /** Offers to ask for the permission, which a browser allows only after a click. */
  offerNotifications(ask: () => Promise<unknown>): void {
    const button = this.#element('notifications');
    button.textContent = this.#texts.allowNotifications;
    button.hidden = false;
    button.addEventListener('click', () => {
      void ask().finally(() => {
        button.hidden = true;
      });
    });
  }

  #say(id: 'connection' | 'delivery' | 'call' | 'page', tone: Tone, text: string): void {
    const element = this.#element(id);
    element.textContent = text;
    element.dataset['tone'] = tone;
  }

  #time(at: number): string {
    return new Date(at).toLocaleTimeString(this.#texts.language);
  }

  #element(id: string): HTMLElement {
    const element = this.#document.getElementById(id);
    if (element === null) throw new Error(`index.html has no element ${id}.`);
    return element;
  }
}
