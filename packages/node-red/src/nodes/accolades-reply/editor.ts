import { ivrReply, readHangupDecision, readScreenPop } from '@accolades-flow/core';
import { isVariable, problemOf } from '../../editor/check.ts';
import type { EditorNode, EditorRed, Elements, Query } from '../../editor/editor-api.ts';
import { showDefaults, typedField } from '../../editor/typed-fields.ts';
import { migrate } from '../../migrations/migrate.ts';
import { replyMigrations } from './migrations.ts';
import { readVariableRows, type VariableRow } from './variable-rows.ts';

declare const RED: EditorRed;
declare const $: Query;

const field = (name: string) => $(`#node-input-${name}`);

const REPLIES = ['ivr', 'confirmHangup', 'screenPop'] as const;
const VALUE_TYPES = ['str', 'msg', 'num', 'bool', 'flow', 'global', 'env', 'jsonata', 'date'];

RED.nodes.registerType('accolades-reply', {
  category: 'Accolades',
  color: '#5FB3AC',
  icon: 'accolades-reply.svg',
  defaults: {
    name: { value: '' },
    reply: {
      value: 'ivr',
      validate(value, _options) {
        return REPLIES.some((known) => known === value) || this._('accolades-reply.error.reply');
      },
    },
    variablesFrom: { value: 'property' },
    variables: {
      value: 'payload',
      validate(value, _options) {
        if (this['reply'] !== 'ivr' || this['variablesFrom'] === 'list') return true;
        const problem = this['variablesType'] === 'json' ? problemOf(() => ivrReply(value)) : null;
        return problem === null || this._('accolades-reply.error.invalid', { detail: problem });
      },
    },
    variablesType: { value: 'msg' },
    variableList: {
      value: [],
      validate(value, _options) {
        if (this['reply'] !== 'ivr' || this['variablesFrom'] !== 'list') return true;
        // Checks the names and their number; the values arrive with the message.
        const problem = problemOf(() =>
          ivrReply(readVariableRows(value).map(({ name }) => ({ name, value: '' }))),
        );
        return problem === null || this._('accolades-reply.error.invalid', { detail: problem });
      },
    },
    decision: { value: 'payload.decision' },
    decisionType: { value: 'msg' },
    seconds: {
      value: '300',
      validate(value, _options) {
        if (this['reply'] !== 'confirmHangup' || this['decisionType'] === 'drop') return true;
        const literal = (this['secondsType'] ?? 'num') === 'num' && !isVariable(value);
        const problem = literal ? problemOf(() => readHangupDecision('extend', value)) : null;
        return problem === null || this._('accolades-reply.error.invalid', { detail: problem });
      },
    },
    secondsType: { value: 'num' },
    popUrl: {
      value: 'payload.url',
      validate(value, _options) {
        const literal = this['reply'] === 'screenPop' && this['popUrlType'] === 'str' && !isVariable(value);
        const problem = literal ? problemOf(() => readScreenPop(value)) : null;
        return problem === null || this._('accolades-reply.error.invalid', { detail: problem });
      },
    },
    popUrlType: { value: 'msg' },
    popTitle: { value: '' },
    popTitleType: { value: 'str' },
    version: { value: 1 },
  },
  inputs: 1,
  outputs: 0,
  paletteLabel() {
    return this._('accolades-reply.palette');
  },
  label() {
    if (this.name !== undefined && this.name !== '') return this.name;
    if (this['reply'] === 'screenPop') return this._('accolades-reply.defaultName.screenPop');
    if (this['reply'] !== 'confirmHangup') return this._('accolades-reply.defaultName.ivr');
    const { decisionType } = this;
    return decisionType === 'drop' || decisionType === 'extend'
      ? this._(`accolades-reply.decision.${decisionType}`)
      : this._('accolades-reply.defaultName.confirmHangup');
  },
  labelStyle() {
    return this.name === undefined || this.name === '' ? '' : 'node_label_italic';
  },
  oneditprepare() {
    showDefaults($, this, migrate({}, replyMigrations));
    typedField($, 'variables', ['msg', 'json', 'flow', 'global', 'jsonata']);
    typedField($, 'decision', [
      'msg',
      { value: 'drop', label: this._('accolades-reply.decision.drop'), hasValue: false },
      { value: 'extend', label: this._('accolades-reply.decision.extend'), hasValue: false },
      'flow',
      'global',
      'jsonata',
    ]);
    typedField($, 'seconds', ['num', 'msg', 'flow', 'global', 'env', 'jsonata']);
    typedField($, 'popUrl', ['msg', 'str', 'flow', 'global', 'env', 'jsonata']);
    typedField($, 'popTitle', ['str', 'msg', 'flow', 'global', 'env', 'jsonata']);
    prepareRows(this);
    const update = (): void => {
      const reply = field('reply').val();
      const list = field('variablesFrom').val() === 'list';
      $('#accolades-reply-ivr').toggle(reply === 'ivr');
      $('#accolades-reply-hangup').toggle(reply === 'confirmHangup');
      $('#accolades-reply-screenPop').toggle(reply === 'screenPop');
      $('#accolades-reply-property').toggle(!list);
      $('#accolades-reply-list').toggle(list);
      $('#accolades-reply-seconds').toggle(field('decision').typedInput('type') !== 'drop');
    };
    for (const name of ['reply', 'variablesFrom', 'decision']) field(name).on('change', update);
    update();
  },
  oneditsave() {
    this['variableList'] = rowsInDialog();
    this['version'] = 1;
  },
});

const rowList = () => $('#accolades-reply-rows');

function prepareRows(node: EditorNode): void {
  rowList().editableList({
    addItem(row, _index, data) {
      const { name, value, type } = { name: '', value: '', type: 'str', ...data };
      const place = $('<div style="display: flex; gap: 6px"></div>').appendTo(row);
      $('<input type="text" class="accolades-variable-name" style="width: 35%" maxlength="64">')
        .attr('placeholder', node._('accolades-reply.placeholder.variable'))
        .attr('aria-label', node._('accolades-reply.placeholder.variable'))
        .val(String(name))
        .appendTo(place);
      $('<input type="text" class="accolades-variable-value" style="width: 65%">')
        .appendTo(place)
        .typedInput({ default: 'str', types: VALUE_TYPES })
        .typedInput('type', String(type))
        .typedInput('value', String(value));
    },
    removable: true,
    sortable: true,
    height: 'auto',
    minHeight: 60,
  });
  const list = problemOf(() => readVariableRows(node['variableList'])) === null ? node['variableList'] : [];
  for (const row of readVariableRows(list)) rowList().editableList('addItem', row);
}

function rowsInDialog(): VariableRow[] {
  const rows: VariableRow[] = [];
  rowList()
    .editableList('items')
    .each((_index, element) => {
      const row: Elements = $(element);
      const name = row.find('.accolades-variable-name').val();
      const value = row.find('.accolades-variable-value');
      rows.push({
        name: typeof name === 'string' ? name.trim() : '',
        value: value.typedInput('value'),
        type: value.typedInput('type'),
      });
    });
  // Skips rows that were added and left empty.
  return rows.filter(({ name, value }) => name !== '' || value !== '');
}
