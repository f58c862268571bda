import {
  confirmHangupReply,
  ivrReply,
  readHangupDecision,
  readWebhookEvents,
  WEBHOOK_EVENTS,
  withoutPastedEnds,
  type WebhookEventType,
} from '@accolades-flow/core';
import { isVariable, problemOf } from '../../editor/check.ts';
import type { EditorNode, EditorRed, Query } from '../../editor/editor-api.ts';
import { showDefaults } from '../../editor/typed-fields.ts';
import { migrate, type Settings } from '../../migrations/migrate.ts';
import { movedOutputs } from '../accolades-call/ports.ts';
import { endpointSettings, readMethods } from './endpoint-settings.ts';
import { webhookMigrations } from './migrations.ts';
import { readPath } from './path.ts';

declare const RED: EditorRed;
declare const $: Query;
declare const location: { readonly origin: string };
declare const crypto: { getRandomValues(array: Uint8Array): Uint8Array };

/** Node-RED's editor shows this instead of a stored password, which it does not receive. */
const KEPT_PASSWORD = '__PWRD__';
const DEFAULTS = migrate({}, webhookMigrations);

/** The editor does not know a variable's value, so it treats it as valid. */
const anyVariable = (): string => 'value';

const field = (name: string) => $(`#node-input-${name}`);

RED.nodes.registerType('accolades-webhook', {
  category: 'Accolades',
  color: '#5FB3AC',
  icon: 'accolades-webhook.svg',
  defaults: {
    name: { value: '' },
    path: {
      value: DEFAULTS['path'],
      required: true,
      validate(value, _options) {
        const problem = isVariable(value) ? null : problemOf(() => readPath(value));
        return problem === null || this._('accolades-webhook.error.invalid', { detail: problem });
      },
    },
    method: {
      value: 'both',
      validate(value, _options) {
        return problemOf(() => readMethods(value)) === null || this._('accolades-webhook.error.method');
      },
    },
    events: {
      value: DEFAULTS['events'],
      validate(value, _options) {
        return (
          problemOf(() => readWebhookEvents(value)) === null || this._('accolades-webhook.error.noEvent')
        );
      },
    },
    splitOutputs: { value: false },
    secretParameter: { value: 'secret' },
    allowedAddresses: {
      value: '',
      validate(value, _options) {
        return isVariable(value) || isAddressList(value) || this._('accolades-webhook.error.addresses');
      },
    },
    trustedProxies: {
      value: '0',
      validate(value, _options) {
        const number = /^\s*(\d|10)?\s*$/.test(textOf(value));
        return (
          isVariable(value) || number || isAddressList(value) || this._('accolades-webhook.error.proxies')
        );
      },
    },
    maxBodyBytes: {
      value: '',
      validate(value, _options) {
        return isWhole(value, 1_024, 1_048_576) || this._('accolades-webhook.error.bytes');
      },
    },
    country: {
      value: 'RO',
      validate(value, _options) {
        // Checks only the form: the list of countries is too large for the editor.
        const known = /^([a-z]{2})?$/i.test(textOf(value).trim());
        return isVariable(value) || known || this._('accolades-webhook.error.country');
      },
    },
    phoneField: { value: '' },
    durationField: { value: '' },
    replyLimitMs: {
      value: '5000',
      validate(value, _options) {
        return isWhole(value, 100, 60_000) || this._('accolades-webhook.error.limit');
      },
    },
    flowAnswersIvr: { value: true },
    ivrFallback: {
      value: '{}',
      validate(value, _options) {
        const known = isVariable(value) || problemOf(() => ivrReply(value)) === null;
        return known || this._('accolades-webhook.error.fallback');
      },
    },
    flowConfirmsHangup: { value: true },
    flowPopsScreen: { value: false },
    hangupFallback: { value: 'drop' },
    hangupFallbackSeconds: {
      value: '300',
      validate(value, _options) {
        const used = this['hangupFallback'] === 'extend' && !isVariable(value);
        const problem = used ? problemOf(() => readHangupDecision('extend', value)) : null;
        return problem === null || this._('accolades-webhook.error.hangup', { detail: problem });
      },
    },
    hangupFormat: {
      value: 'json',
      validate(_value, _options) {
        const problem = problemOf(() => {
          const { hangupReplyFormat } = endpointSettings(settingsOf(this), '', anyVariable);
          return confirmHangupReply({ decision: 'drop' }, hangupReplyFormat);
        });
        return problem === null || this._('accolades-webhook.error.hangup', { detail: problem });
      },
    },
    hangupDecisionField: { value: 'action' },
    hangupDropValue: { value: 'drop' },
    hangupExtendValue: { value: 'extend' },
    hangupSecondsField: { value: 'duration' },
    hangupTemplate: { value: '' },
    hangupContentType: { value: '' },
    outputs: { value: 1 },
    version: { value: 1 },
  },
  credentials: { secret: { type: 'password' } },
  inputs: 0,
  outputs: 1,
  paletteLabel() {
    return this._('accolades-webhook.palette');
  },
  label() {
    if (this.name !== undefined && this.name !== '') return this.name;
    const path = textOf(this['path']);
    return path === ''
      ? this._('accolades-webhook.defaultName.plain')
      : this._('accolades-webhook.defaultName.withPath', { path });
  },
  labelStyle() {
    return this.name === undefined || this.name === '' ? '' : 'node_label_italic';
  },
  outputLabels(port) {
    const events = eventsOf(settingsOf(this));
    const event = this['splitOutputs'] === true ? events[port] : events.length === 1 ? events[0] : undefined;
    return event === undefined
      ? this._('accolades-webhook.output.all')
      : this._(`accolades-webhook.event.${event}`);
  },
  oneditprepare() {
    const settings = settingsOf(this);
    const events = eventsOf(settings);
    for (const event of WEBHOOK_EVENTS) checkbox(event).prop('checked', events.includes(event));
    showDefaults($, this, DEFAULTS);
    const before = settings['splitOutputs'] === true && events.length > 0 ? events : null;
    const update = (): void => {
      const chosen = chosenEvents();
      $('#accolades-webhook-no-event').toggle(chosen.length === 0);
      const ivr = chosen.includes('ivrRequest');
      const confirm = chosen.includes('confirmHangup');
      $('#accolades-webhook-ivr').toggle(ivr);
      const calls = chosen.includes('incomingCall') || chosen.includes('outgoingCall');
      $('#accolades-webhook-connector').toggle(calls);
      const pops = calls && field('flowPopsScreen').prop('checked') === true;
      $('#accolades-webhook-limit').toggle(ivr || confirm || pops);
      const after = field('splitOutputs').prop('checked') === true && chosen.length > 0 ? chosen : null;
      const same = JSON.stringify(before) === JSON.stringify(after);
      field('outputs').val(same ? String(after?.length ?? 1) : JSON.stringify(movedOutputs(before, after)));
    };
    const updateHangup = (): void => {
      $('#accolades-webhook-seconds').toggle(field('hangupFallback').val() === 'extend');
      $('#accolades-webhook-fields').toggle(field('hangupFormat').val() !== 'template');
      $('#accolades-webhook-template').toggle(field('hangupFormat').val() === 'template');
    };
    const updateUrl = (): void => {
      showUrl(this);
    };
    for (const event of WEBHOOK_EVENTS) checkbox(event).on('change', update);
    for (const name of ['splitOutputs', 'flowPopsScreen']) field(name).on('change', update);
    field('hangupFallback').on('change', updateHangup);
    field('hangupFormat').on('change', updateHangup);
    for (const name of ['path', 'secret', 'allowedAddresses']) field(name).on('input change', updateUrl);
    $('#accolades-webhook-generate').on('click', (event) => {
      event.preventDefault();
      field('secret').val(newSecret()).trigger('change');
    });
    update();
    updateHangup();
    updateUrl();
    unfoldChanged(settings);
  },
  oneditsave() {
    this['events'] = chosenEvents();
    this['version'] = 1;
  },
});

const checkbox = (event: WebhookEventType) => field(`event-${event}`);

function chosenEvents(): WebhookEventType[] {
  return WEBHOOK_EVENTS.filter((event) => checkbox(event).prop('checked') === true);
}

function settingsOf(node: EditorNode): Settings {
  // A setting that the node lacks must not override the migration's default.
  const entries = ['version', ...Object.keys(DEFAULTS)].map((name) => [name, node[name]] as const);
  return migrate(Object.fromEntries(entries.filter(([, value]) => value !== undefined)), webhookMigrations);
}

function eventsOf(settings: Settings): WebhookEventType[] {
  const { events } = settings;
  return problemOf(() => readWebhookEvents(events)) === null ? [...readWebhookEvents(events)] : [];
}

/** Sections below the fold. A section opens when one of its settings is not the default. */
const FOLDED = [
  ['country', 'phoneField', 'durationField'],
  ['secretParameter', 'allowedAddresses', 'trustedProxies', 'maxBodyBytes'],
];

function unfoldChanged(settings: Settings): void {
  FOLDED.forEach((names, part) => {
    const changed = names.some((name) => settings[name] !== DEFAULTS[name]);
    $('.accolades-more').each((index, element) => {
      if (index === part) $(element).prop('open', changed);
    });
  });
}

/**
 * Shows the URL for Accolades under the path. It contains a secret only right after typing, so that
 * the user can copy it.
 */
function showUrl(node: EditorNode): void {
  const path = field('path').val();
  const secret = withoutPastedEnds(textOf(field('secret').val()));
  $('#accolades-webhook-open').toggle(secret === '' && textOf(field('allowedAddresses').val()).trim() === '');
  const line = $('#accolades-webhook-url');
  const problem = isVariable(path) ? null : problemOf(() => readPath(path));
  line.toggleClass('accolades-problem', problem !== null);
  if (problem !== null || isVariable(path)) {
    line.text(problem ?? '');
    return;
  }
  const root = textOf(RED.settings.httpNodeRoot).replace(/\/$/, '');
  const url = `${location.origin}${root}${readPath(path)}`;
  const typed = secret !== '' && secret !== KEPT_PASSWORD && !isVariable(secret);
  if (typed)
    line.text(node._('accolades-webhook.url.plain', { url: `${url}/${encodeURIComponent(secret)}` }));
  else if (secret === '') line.text(node._('accolades-webhook.url.plain', { url }));
  else line.text(node._('accolades-webhook.url.withSecret', { url }));
}

/** 128 bits, in characters that need no escaping in a path. */
function newSecret(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

/** Checks only the form; the runtime checks each address. */
function isAddressList(value: unknown): boolean {
  return textOf(value)
    .split(/[,;\s]+/)
    .every((entry) => /^([0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*)?(\/\d{1,3})?$/i.test(entry));
}

function isWhole(value: unknown, min: number, max: number): boolean {
  const typed = String(value ?? '').trim();
  return (
    typed === '' || isVariable(typed) || (/^\d+$/.test(typed) && Number(typed) >= min && Number(typed) <= max)
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
