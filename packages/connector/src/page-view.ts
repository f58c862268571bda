import type { SessionStatus } from '@accolades-flow/core/web';
import type { Texts } from './texts.ts';
import type { DeliveryState, LastCall, PageState, View } from './view.ts';

type Tone = 'quiet' | 'good' | 'busy' | 'bad';

/** Shows the state in the elements of `index.html`. Whatever comes from outside is set as text, never as markup. */
export class PageView implements View {
  readonly #texts: Texts;
  readonly #document: Document;
  #lost = 0;
  #delivery: DeliveryState | null = null;

  constructor(document: Document, texts: Texts) {
    this.#document = document;
    this.#texts = texts;
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
        this.#say('delivery', 'bad', texts.configuration[state.problem](state.detail));
        break;
      case 'ready':
        this.#say('delivery', 'good', texts.ready(state.host));
        break;
      case 'delivered':
        this.#say('delivery', 'good', texts.delivered(state.host));
        break;
      case 'trouble': {
        const what = texts.trouble[state.problem](state.host, String(state.status ?? '–'));
        this.#say('delivery', 'bad', state.waiting === 0 ? what : `${what} ${texts.waiting(state.waiting)}`);
      }
    }
    if (this.#lost > 0) this.#element('delivery').append(` ${texts.lost(this.#lost)}`);
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
    const { kind, url, title } = state;
    this.#say('page', kind === 'opened' ? 'good' : 'bad', `${texts[kind]}: `);
    const link = this.#document.createElement('a');
    link.href = url;
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
    link.textContent = title;
    this.#element('page').append(link);
  }

  showLost(count: number): void {
    this.#lost = count;
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
