import { readNumberFormat } from '@accolades-flow/core';
import type { EditorNode, EditorRed, Query } from '../../editor/editor-api.ts';
import { isVariable, problemOf } from '../../editor/check.ts';
import { showDefaults, typedField } from '../../editor/typed-fields.ts';
import { migrate } from '../../migrations/migrate.ts';
import { commandMigrations } from './migrations.ts';

declare const RED: EditorRed;
declare const $: Query;

const field = (name: string) => $(`#node-input-${name}`);

const TYPES = ['msg', 'str', 'flow', 'global', 'env', 'jsonata'];

RED.nodes.registerType('accolades-command', {
  category: 'Accolades',
  color: '#5FB3AC',
  icon: 'accolades-command.svg',
  defaults: {
    name: { value: '' },
    account: { value: '', type: 'accolades-account', required: true },
    command: {
      value: 'dial',
      validate(value, _options) {
        return value === 'dial' || value === 'ping' || this._('accolades-command.error.command');
      },
    },
    deviceId: {
      value: '',
      validate(value, _options) {
        const typed = typeof value === 'string' ? value.trim() : '';
        if (this['command'] === 'ping') return true;
        if (typed === '') return this._('accolades-command.error.deviceIdMissing');
        const literal = (this['deviceIdType'] ?? 'str') === 'str' && !isVariable(typed);
        return !literal || /^[A-Za-z0-9._-]{1,64}$/.test(typed) || this._('accolades-command.error.deviceId');
      },
    },
    deviceIdType: { value: 'str' },
    phoneNumber: {
      value: 'payload.phoneNumber',
      validate(value, _options) {
        const typed = typeof value === 'string' ? value.trim() : '';
        if (this['command'] === 'ping') return true;
        if (typed === '') return this._('accolades-command.error.phoneNumberMissing');
        const literal = this['phoneNumberType'] === 'str' && !isVariable(typed);
        return !literal || /\d/.test(typed) || this._('accolades-command.error.phoneNumber');
      },
    },
    phoneNumberType: { value: 'msg' },
    numberFormat: {
      value: 'national',
      validate(value, _options) {
        const problem = problemOf(() => readNumberFormat(value));
        return problem === null || this._('accolades-command.error.invalid', { detail: problem });
      },
    },
    country: {
      value: 'RO',
      validate(value, _options) {
        // Checks only the form: the list of countries is too large for the editor.
        const typed = typeof value === 'string' ? value.trim() : '';
        return isVariable(value) || /^([a-z]{2})?$/i.test(typed) || this._('accolades-command.error.country');
      },
    },
    version: { value: 1 },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel() {
    return this._('accolades-command.palette');
  },
  label() {
    return this.name === undefined || this.name === ''
      ? this._(`accolades-command.defaultName.${commandOf(this)}`)
      : this.name;
  },
  labelStyle() {
    return this.name === undefined || this.name === '' ? '' : 'node_label_italic';
  },
  outputLabels() {
    return this._(`accolades-command.output.${commandOf(this)}`);
  },
  oneditprepare() {
    showDefaults($, this, migrate({}, commandMigrations));
    typedField($, 'deviceId', ['str', ...TYPES.filter((type) => type !== 'str')]);
    typedField($, 'phoneNumber', TYPES);
    field('command').on('change', () => {
      $('#accolades-command-dial').toggle(field('command').val() !== 'ping');
    });
    field('command').trigger('change');
  },
  oneditsave() {
    this['version'] = 1;
  },
});

function commandOf(node: EditorNode): 'dial' | 'ping' {
  return node['command'] === 'ping' ? 'ping' : 'dial';
}
