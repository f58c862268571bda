import {
  ENDPOINT_PURPOSES,
  PURPOSE_EVENTS,
  withoutPastedEnds,
  type EndpointEventType,
  type EndpointPurpose,
} from '@accolades-flow/core';
import { isVariable, problemOf } from '../../editor/check.ts';
import type { EditorNode, EditorRed, Query } from '../../editor/editor-api.ts';
import { showDefaults } from '../../editor/typed-fields.ts';
import type { Settings } from '../../migrations/migrate.ts';
import { movedOutputs } from '../accolades-call/ports.ts';
import { textOf } from './checks.ts';
import { DEFAULT_EVENTS } from './migrations.ts';
import { readPath } from './path.ts';
import { DEFAULTS, eventsOf, purposeOf, settingsOf } from './stored.ts';

declare const RED: EditorRed;
declare const $: Query;
declare const location: { readonly origin: string };
declare const crypto: { getRandomValues(array: Uint8Array): Uint8Array };

/** Node-RED's editor shows this instead of a stored password, which it does not receive. */
const KEPT_PASSWORD = '__PWRD__';

/** Sections below the fold. A section opens when one of its settings is not the default. */
const FOLDED = [
  ['country', 'phoneField', 'durationField'],
  ['secretParameter', 'allowedAddresses', 'trustedProxies', 'maxBodyBytes'],
];

const field = (name: string) => $(`#node-input-${name}`);
const part = (name: string) => $(`#accolades-webhook-${name}`);
const checkbox = (event: EndpointEventType) => field(`event-${event}`);

/** The open dialog of a webhook node. Shows only what belongs to the chosen purpose. */
export class WebhookDialog {
  readonly node: EditorNode;
  /** The outputs before the dialog opened: one per event; null: one for all. */
  readonly #before: readonly EndpointEventType[] | null;

  constructor(node: EditorNode) {
    this.node = node;
    const settings = settingsOf(node);
    const events = eventsOf(settings);
    this.#before = settings['splitOutputs'] === true && events.length > 0 ? events : null;
    showDefaults($, node, DEFAULTS);
    field('receives').val(purposeOf(settings));
    for (const purpose of ENDPOINT_PURPOSES) {
      const chosen = purpose === purposeOf(settings) ? events : DEFAULT_EVENTS[purpose];
      for (const event of PURPOSE_EVENTS[purpose]) checkbox(event).prop('checked', chosen.includes(event));
    }
    this.#listen();
    this.#update();
    this.#showUrl();
    unfoldChanged(settings);
  }

  get purpose(): EndpointPurpose {
    return purposeOf({ receives: field('receives').val() });
  }

  /** In the order of the ports. */
  get chosenEvents(): readonly EndpointEventType[] {
    const { purpose } = this;
    const events: readonly EndpointEventType[] = PURPOSE_EVENTS[purpose];
    if (purpose === 'ivr') return events;
    return events.filter((event) => checkbox(event).prop('checked') === true);
  }

  #listen(): void {
    const update = (): void => {
      this.#update();
    };
    const boxes = ENDPOINT_PURPOSES.flatMap((purpose) => [...PURPOSE_EVENTS[purpose]]);
    for (const event of boxes) checkbox(event).on('change', update);
    const deciding = ['receives', 'splitOutputs', 'flowPopsScreen', 'hangupFallback', 'hangupFormat'];
    for (const name of deciding) field(name).on('change', update);
    for (const name of ['path', 'secret', 'allowedAddresses']) {
      field(name).on('input change', () => {
        this.#showUrl();
      });
    }
    part('generate').on('click', (event) => {
      event.preventDefault();
      field('secret').val(newSecret()).trigger('change');
    });
  }

  #update(): void {
    const { purpose, chosenEvents: chosen } = this;
    const isNotifications = purpose === 'notifications';
    const isIvr = purpose === 'ivr';
    const isConnector = purpose === 'connector';
    const confirms = chosen.includes('confirmHangup');
    const calls = chosen.includes('incomingCall') || chosen.includes('outgoingCall');
    const pops = calls && field('flowPopsScreen').prop('checked') === true;
    part('method').toggle(isIvr);
    part('choice').toggle(!isIvr);
    part('notification-events').toggle(isNotifications);
    part('connector-events').toggle(isConnector);
    part('no-event').toggle(chosen.length === 0);
    part('outcome').toggle(chosen.includes('callEnded') || chosen.includes('missedCall'));
    part('ivr').toggle(isIvr);
    part('hangup').toggle(confirms);
    part('connector').toggle(calls);
    part('pop-when').toggle(pops);
    part('limit').toggle(isIvr || confirms || pops);
    part('fieldnames').toggle(isNotifications);
    part('hangsUp').toggle(!isConnector);
    part('seconds').toggle(field('hangupFallback').val() === 'extend');
    part('fields').toggle(field('hangupFormat').val() !== 'template');
    part('template').toggle(field('hangupFormat').val() === 'template');
    const isSplit = !isIvr && field('splitOutputs').prop('checked') === true;
    this.#moveWires(isSplit && chosen.length > 0 ? chosen : null);
  }

  #moveWires(after: readonly EndpointEventType[] | null): void {
    const before = this.#before;
    const same = JSON.stringify(before) === JSON.stringify(after);
    field('outputs').val(same ? String(after?.length ?? 1) : JSON.stringify(movedOutputs(before, after)));
  }

  /**
   * Shows the URL for Accolades under the path. It contains a secret only right after typing, so
   * that the user can copy it.
   */
  #showUrl(): void {
    const path = field('path').val();
    const secret = withoutPastedEnds(textOf(field('secret').val()));
    const isOpen = secret === '' && textOf(field('allowedAddresses').val()).trim() === '';
    part('open').toggle(isOpen);
    const line = part('url');
    const problem = isVariable(path) ? null : problemOf(() => readPath(path));
    line.toggleClass('accolades-problem', problem !== null);
    if (problem !== null || isVariable(path)) {
      line.text(problem ?? '');
      return;
    }
    const root = textOf(RED.settings.httpNodeRoot).replace(/\/$/, '');
    const url = `${location.origin}${root}${readPath(path)}`;
    const isTyped = secret !== '' && secret !== KEPT_PASSWORD && !isVariable(secret);
    const shown = isTyped ? `${url}/${encodeURIComponent(secret)}` : url;
    const kind = isTyped || secret === '' ? 'plain' : 'withSecret';
    line.text(this.node._(`accolades-webhook.url.${kind}`, { url: shown }));
  }
}

function unfoldChanged(settings: Settings): void {
  FOLDED.forEach((names, number) => {
    const changed = names.some((name) => settings[name] !== DEFAULTS[name]);
    $('.accolades-more').each((index, element) => {
      if (index === number) $(element).prop('open', changed);
    });
  });
}

/** 128 bits, in characters that need no escaping in a path. */
function newSecret(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
