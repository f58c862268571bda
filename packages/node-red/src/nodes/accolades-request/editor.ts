import type { EditorRed, Query } from '../../editor/editor-api.ts';
import { showDefaults, typedField } from '../../editor/typed-fields.ts';
import { migrate } from '../../migrations/migrate.ts';
import { requestMigrations } from './migrations.ts';

declare const RED: EditorRed;
declare const $: Query;

const field = (name: string) => $(`#node-input-${name}`);

const REQUESTS = ['configuration', 'version'];
const FORMATS = ['none', 'auto', 'json', 'xml', 'csv'];

RED.nodes.registerType('accolades-request', {
  category: 'Accolades',
  color: '#5FB3AC',
  icon: 'accolades-request.svg',
  defaults: {
    name: { value: '' },
    agent: { value: '', type: 'accolades-agent', required: true },
    request: {
      value: 'configuration',
      validate(value, _options) {
        return REQUESTS.some((known) => known === value) || this._('accolades-request.error.request');
      },
    },
    agentLabel: { value: 'payload.agent.label' },
    agentLabelType: { value: 'msg' },
    parse: {
      value: 'none',
      validate(value, _options) {
        return FORMATS.some((known) => known === value) || this._('accolades-request.error.parse');
      },
    },
    version: { value: 1 },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel() {
    return this._('accolades-request.palette');
  },
  label() {
    if (this.name !== undefined && this.name !== '') return this.name;
    const request = this['request'] === 'version' ? 'version' : 'configuration';
    const what = this._(`accolades-request.defaultName.${request}`);
    const agent = RED.nodes.node(this['agent'])?.name ?? '';
    return agent === '' ? what : this._('accolades-request.defaultName.withAgent', { agent, what });
  },
  labelStyle() {
    return this.name === undefined || this.name === '' ? '' : 'node_label_italic';
  },
  outputLabels() {
    const request = this['request'] === 'version' ? 'version' : 'configuration';
    return this._(`accolades-request.defaultName.${request}`);
  },
  oneditprepare() {
    showDefaults($, this, migrate({}, requestMigrations));
    typedField($, 'agentLabel', ['msg', 'str', 'flow', 'global', 'env', 'jsonata']);
    field('request').on('change', () => {
      $('#accolades-request-parse').toggle(field('request').val() !== 'version');
    });
    field('request').trigger('change');
  },
  oneditsave() {
    this['version'] = 1;
  },
});
