import type { EditorNode, EditorRed, Query } from '../../editor/editor-api.ts';
import { showDefaults, typedField } from '../../editor/typed-fields.ts';
import { migrate } from '../../migrations/migrate.ts';
import { requestMigrations } from './migrations.ts';

declare const RED: EditorRed;
declare const $: Query;

const field = (name: string) => $(`#node-input-${name}`);

const REQUESTS = ['configuration', 'version', 'status'] as const;
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
    const what = this._(`accolades-request.defaultName.${requestOf(this)}`);
    const agent = RED.nodes.node(this['agent'])?.name ?? '';
    return agent === '' ? what : this._('accolades-request.defaultName.withAgent', { agent, what });
  },
  labelStyle() {
    return this.name === undefined || this.name === '' ? '' : 'node_label_italic';
  },
  outputLabels() {
    return this._(`accolades-request.defaultName.${requestOf(this)}`);
  },
  oneditprepare() {
    showDefaults($, this, migrate({}, requestMigrations));
    typedField($, 'agentLabel', ['msg', 'str', 'flow', 'global', 'env', 'jsonata']);
    field('request').on('change', () => {
      const request = field('request').val();
      $('#accolades-request-parse').toggle(request === 'configuration');
      $('#accolades-request-which').toggle(request !== 'status');
      $('#accolades-request-connection').toggle(request !== 'status');
      $('#accolades-request-states').toggle(request === 'status');
    });
    field('request').trigger('change');
  },
  oneditsave() {
    this['version'] = 1;
  },
});

function requestOf(node: EditorNode): (typeof REQUESTS)[number] {
  return REQUESTS.find((known) => known === node['request']) ?? 'configuration';
}
