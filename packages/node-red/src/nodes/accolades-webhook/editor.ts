import {
  confirmHangupReply,
  ENDPOINT_PURPOSES,
  ivrReply,
  readHangupDecision,
  readNumberList,
  readPurposeEvents,
  type EndpointPurpose,
} from '@accolades-flow/core';
import { isVariable, problemOf } from '../../editor/check.ts';
import type { EditorNode, EditorRed } from '../../editor/editor-api.ts';
import { isAddressList, isWhole, textOf } from './checks.ts';
import { WebhookDialog } from './dialog.ts';
import { endpointSettings, readMethods } from './endpoint-settings.ts';
import { readPath } from './path.ts';
import { DEFAULTS, eventsOf, purposeOf, settingsOf } from './stored.ts';

declare const RED: EditorRed;

/** The editor does not know a variable's value, so it treats it as valid. */
const anyVariable = (): string => 'value';

/** The dialog that is open; null: none. */
let dialog: WebhookDialog | null = null;

/** Whether the node has this purpose, as chosen in the open dialog. */
const receives = (node: EditorNode, purpose: EndpointPurpose): boolean =>
  (dialog?.node.id === node.id ? dialog.purpose : purposeOf(settingsOf(node))) === purpose;

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
    receives: {
      value: DEFAULTS['receives'],
      validate(value, _options) {
        const known = value === undefined || ENDPOINT_PURPOSES.some((purpose) => purpose === value);
        return known || this._('accolades-webhook.error.receives');
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
      validate(_value, _options) {
        const settings = settingsOf(this);
        const read = (): unknown => readPurposeEvents(purposeOf(settings), settings['events']);
        return problemOf(read) === null || this._('accolades-webhook.error.noEvent');
      },
    },
    waitAnswered: {
      value: DEFAULTS['waitAnswered'],
      validate(value, _options) {
        const used = receives(this, 'notifications');
        return !used || isWhole(value, 0, 3_600) || this._('accolades-webhook.error.seconds');
      },
    },
    waitUnanswered: {
      value: DEFAULTS['waitUnanswered'],
      validate(value, _options) {
        const used = receives(this, 'notifications');
        return !used || isWhole(value, 0, 3_600) || this._('accolades-webhook.error.seconds');
      },
    },
    hangups: {
      value: DEFAULTS['hangups'],
      validate(value, _options) {
        const known = ['unknown', 'every', 'answered', 'last'].some((one) => one === value);
        return value === undefined || known || this._('accolades-webhook.error.hangups');
      },
    },
    callSource: { value: 'all' },
    numbers: {
      value: '',
      validate(value, _options) {
        const used = receives(this, 'connector') && !isVariable(value);
        const problem = used ? problemOf(() => readNumberList(value)) : null;
        return problem === null || this._('accolades-webhook.error.invalid', { detail: problem });
      },
    },
    firstRingOnly: { value: false },
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
        return !receives(this, 'ivr') || known || this._('accolades-webhook.error.fallback');
      },
    },
    flowConfirmsHangup: { value: true },
    flowPopsScreen: { value: false },
    popWhenAnswered: { value: false },
    hangupFallback: { value: 'drop' },
    hangupFallbackSeconds: {
      value: '300',
      validate(value, _options) {
        const decides = receives(this, 'notifications') && this['hangupFallback'] === 'extend';
        const used = decides && !isVariable(value);
        const problem = used ? problemOf(() => readHangupDecision('extend', value)) : null;
        return problem === null || this._('accolades-webhook.error.hangup', { detail: problem });
      },
    },
    hangupFormat: {
      value: 'json',
      validate(_value, _options) {
        if (!receives(this, 'notifications')) return true;
        const problem = problemOf(() => {
          const { hangupReplyFormat } = endpointSettings(
            { ...settingsOf(this), receives: 'notifications' },
            '',
            anyVariable,
          );
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
    version: { value: 2 },
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
    dialog = new WebhookDialog(this);
  },
  oneditsave() {
    if (dialog !== null) this['events'] = dialog.chosenEvents;
    this['version'] = 2;
    dialog = null;
  },
  oneditcancel() {
    dialog = null;
  },
});
