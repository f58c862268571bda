import { DEFAULT_SERVER_URL, parseServerUrl } from '@accolades-flow/core';
import type { EditorNode, EditorRed, Query } from '../../editor/editor-api.ts';
import { isVariable, problemOf } from '../../editor/check.ts';
import { KEPT_PASSWORD, offerConfigTest } from '../../editor/config-test.ts';
import { AgentListView } from './agent-list-view.ts';
import { rowsOfOutcomes } from './agent-rows.ts';
import { typedAgents } from './typed-agents.ts';

declare const RED: EditorRed;
declare const $: Query;

/** Under the field, names beyond this number are counted; the list shows all. */
const MAX_NAMED = 5;

const field = (name: string) => $(`#node-config-input-${name}`);

RED.nodes.registerType('accolades-agent', {
  category: 'config',
  color: '#5FB3AC',
  defaults: {
    name: { value: '' },
    url: {
      value: '',
      validate(value, _options) {
        const problem = isVariable(value) ? null : problemOf(() => parseServerUrl(value ?? ''));
        return problem === null || this._('accolades-agent.error.invalid', { detail: problem });
      },
    },
    country: {
      value: 'RO',
      validate(value, _options) {
        // Checks only the form: the list of countries is too large for the editor.
        const typed = typeof value === 'string' ? value.trim() : '';
        return isVariable(value) || /^([a-z]{2})?$/i.test(typed) || this._('accolades-agent.error.country');
      },
    },
    tls: { value: '', type: 'tls-config', required: false },
    version: {
      value: 1,
      // The editor validates credentials only in an open dialog; this marks a node without one.
      validate(_value, _options) {
        const known = this.credentials;
        const missing = known !== undefined && known.has_idCrm === false && (known.idCrm ?? '') === '';
        return !missing || this._('accolades-agent.error.idCrmMissing');
      },
    },
  },
  credentials: {
    idCrm: {
      type: 'password',
      validate(value, _options) {
        if (value === KEPT_PASSWORD || isVariable(value)) return true;
        const problem = problemOf(() => typedAgents(value ?? ''));
        return problem === null || this._('accolades-agent.error.invalid', { detail: problem });
      },
    },
  },
  label() {
    return this.name === undefined || this.name === '' ? this._('accolades-agent.defaultName') : this.name;
  },
  labelStyle() {
    return this.name === undefined || this.name === '' ? '' : 'node_label_italic';
  },
  oneditprepare() {
    const list = new AgentListView(this);
    field('url').attr('placeholder', DEFAULT_SERVER_URL);
    field('idCrm')
      .on('input change', () => {
        showAgents(this, list);
      })
      .on('paste', (event) => {
        const pasted = pastedText(event.originalEvent);
        if (pasted === null || !/[\r\n]/.test(pasted)) return;
        // A password field removes line breaks, which would join the entries of a pasted list.
        event.preventDefault();
        const list = pasted.trim().split(/\s*[\r\n]+\s*/);
        field('idCrm').val(list.join(', ')).trigger('change');
      });
    field('url').on('input change', showSecurity);
    field('tls').on('change', showSecurity);
    field('name').on('input change', () => {
      showAgents(this, list);
    });
    showAgents(this, list);
    if (this.credentials?.['has_idCrm'] === true) list.load();
    showSecurity();
    offerConfigTest(
      this,
      { plain: ['name', 'url', 'country'], secret: 'idCrm' },
      {
        onResult: ({ agents, ok }) => {
          if (agents === undefined) return;
          list.show('tested', rowsOfOutcomes(agents));
          if (!ok) list.open();
        },
      },
    );
  },
  oneditsave() {
    this['version'] = 1;
  },
});

/** Shows the recognised agents (names only), or what is wrong, under the idCrm. */
function showAgents(node: EditorNode, list: AgentListView): void {
  const typed = field('idCrm').val();
  const show = (text: string, isProblem = false): void => {
    $('#accolades-agent-agents').toggleClass('accolades-problem', isProblem).text(text);
  };
  if (typed === KEPT_PASSWORD) {
    show(node._('accolades-agent.agents.kept'));
    list.showDeployed();
    return;
  }
  list.show('typed', []);
  if (isVariable(typed) || typed === '' || typeof typed !== 'string') {
    show('');
    return;
  }
  const problem = problemOf(() => typedAgents(typed));
  if (problem !== null) {
    show(problem, true);
    return;
  }
  const name = field('name').val();
  const agents = typedAgents(typed, typeof name === 'string' ? name : '');
  const key = agents.length === 1 ? 'accolades-agent.agents.one' : 'accolades-agent.agents.several';
  show(node._(key, { count: agents.length, names: namesOf(node, agents) }));
  list.show(
    'typed',
    agents.map(({ label }) => ({ label, state: null, reason: null })),
  );
}

function namesOf(node: EditorNode, agents: readonly { readonly label: string }[]): string {
  const named = agents
    .slice(0, MAX_NAMED)
    .map(({ label }) => label)
    .join(', ');
  const more = agents.length - MAX_NAMED;
  return more > 0 ? node._('accolades.log.andMore', { named, more }) : named;
}

function showSecurity(): void {
  const url = field('url').val();
  let encrypted = true;
  let exposed = false;
  if (!isVariable(url) && problemOf(() => parseServerUrl(url)) === null)
    ({ encrypted, exposed } = parseServerUrl(url));
  const tls = RED.nodes.node(field('tls').val());
  $('#accolades-agent-exposed').toggle(exposed);
  $('#accolades-agent-unverified').toggle(encrypted && tls?.['verifyservercert'] === false);
  $('#accolades-agent-tls').toggle(encrypted);
}

function pastedText(event: unknown): string | null {
  if (typeof event !== 'object' || event === null || !('clipboardData' in event)) return null;
  const data: unknown = event.clipboardData;
  if (typeof data !== 'object' || data === null || !('getData' in data)) return null;
  if (typeof data.getData !== 'function') return null;
  const text: unknown = data.getData.call(data, 'text');
  return typeof text === 'string' ? text : null;
}
