import { readFieldNames } from '@accolades-flow/core';
import type { EditorNode, EditorRed, Query } from '../../editor/editor-api.ts';
import { isVariable, problemOf } from '../../editor/check.ts';
import { showDefaults, typedField } from '../../editor/typed-fields.ts';
import { migrate } from '../../migrations/migrate.ts';
import { movedOutputs } from '../accolades-call/ports.ts';
import { contactMigrations } from './migrations.ts';

declare const RED: EditorRed;
declare const $: Query;

const field = (name: string) => $(`#node-input-${name}`);

const RESULTS = ['found', 'several', 'notFound'] as const;

RED.nodes.registerType('accolades-contact', {
  category: 'Accolades',
  color: '#5FB3AC',
  icon: 'accolades-contact.svg',
  defaults: {
    name: { value: '' },
    task: {
      value: 'find',
      validate(value, _options) {
        return value === 'find' || value === 'parse' || this._('accolades-contact.error.task');
      },
    },
    phoneNumber: {
      value: 'payload.phoneNumber',
      validate(value, _options) {
        const typed = typeof value === 'string' ? value.trim() : '';
        return typed !== '' || this._('accolades-contact.error.phoneNumberMissing');
      },
    },
    phoneNumberType: { value: 'msg' },
    contacts: {
      value: 'contacts',
      validate(value, _options) {
        if (this['task'] === 'parse' || this['contactsType'] === 'text') return true;
        const typed = typeof value === 'string' ? value.trim() : '';
        return typed !== '' || this._('accolades-contact.error.contactsMissing');
      },
    },
    contactsType: { value: 'flow' },
    contactsText: {
      value: '',
      validate(value, _options) {
        const needed = this['task'] !== 'parse' && this['contactsType'] === 'text';
        const typed = typeof value === 'string' ? value.trim() : '';
        return !needed || typed !== '' || this._('accolades-contact.error.contactsTextMissing');
      },
    },
    numberFields: {
      value: '',
      validate(value, _options) {
        const problem = isVariable(value) ? null : problemOf(() => readFieldNames(value));
        return problem === null || this._('accolades-contact.error.invalid', { detail: problem });
      },
    },
    country: {
      value: 'RO',
      validate(value, _options) {
        // Checks only the form: the list of countries is too large for the editor.
        const typed = typeof value === 'string' ? value.trim() : '';
        return isVariable(value) || /^([a-z]{2})?$/i.test(typed) || this._('accolades-contact.error.country');
      },
    },
    outputs: { value: 3 },
    version: { value: 1 },
  },
  inputs: 1,
  outputs: 3,
  paletteLabel() {
    return this._('accolades-contact.palette');
  },
  label() {
    return this.name === undefined || this.name === ''
      ? this._(`accolades-contact.defaultName.${taskOf(this['task'])}`)
      : this.name;
  },
  labelStyle() {
    return this.name === undefined || this.name === '' ? '' : 'node_label_italic';
  },
  outputLabels(port) {
    const result = taskOf(this['task']) === 'parse' ? 'parsed' : RESULTS[port];
    return result === undefined ? undefined : this._(`accolades-contact.output.${result}`);
  },
  oneditprepare() {
    showDefaults($, this, migrate({}, contactMigrations));
    typedField($, 'phoneNumber', ['msg', 'str', 'flow', 'global', 'env', 'jsonata']);
    typedField($, 'contacts', [
      'flow',
      'global',
      'msg',
      'json',
      { value: 'text', label: this._('accolades-contact.contacts.text'), hasValue: false },
      'jsonata',
    ]);
    const before = portsOf(this);
    const update = (): void => {
      const find = field('task').val() !== 'parse';
      $('#accolades-contact-find').toggle(find);
      $('#accolades-contact-text').toggle(field('contacts').typedInput('type') === 'text');
      const after = find ? RESULTS : null;
      const same = JSON.stringify(before) === JSON.stringify(after);
      field('outputs').val(same ? String(after?.length ?? 1) : JSON.stringify(movedOutputs(before, after)));
    };
    for (const name of ['task', 'contacts']) field(name).on('change', update);
    update();
  },
  oneditsave() {
    this['version'] = 1;
  },
});

function taskOf(task: unknown): 'find' | 'parse' {
  return task === 'parse' ? 'parse' : 'find';
}

/** The outputs in their order; null: one. */
function portsOf(node: EditorNode): readonly string[] | null {
  return taskOf(node['task']) === 'parse' ? null : RESULTS;
}
