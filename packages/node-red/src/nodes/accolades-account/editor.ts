import { DEFAULT_ACCOUNT_URL, parseAccount, parseAccountUrl } from '@accolades-flow/core';
import type { EditorNode, EditorRed, Query } from '../../editor/editor-api.ts';
import { isVariable, problemOf } from '../../editor/check.ts';

declare const RED: EditorRed;
declare const $: Query;

/** What Node-RED's editor shows in place of a password that it has but does not know. */
const KEPT_PASSWORD = '__PWRD__';

const field = (name: string) => $(`#node-config-input-${name}`);

RED.nodes.registerType('accolades-account', {
  category: 'config',
  color: '#5FB3AC',
  defaults: {
    name: { value: '' },
    url: {
      value: '',
      validate(value, _options) {
        const problem = isVariable(value) ? null : problemOf(() => parseAccountUrl(value ?? ''));
        return problem === null || this._('accolades-account.error.invalid', { detail: problem });
      },
    },
    accountNumber: {
      value: '',
      required: true,
      validate(value, _options) {
        const problem = isVariable(value)
          ? null
          : problemOf(() => parseAccount({ accountNumber: value ?? '', password: 'x' }));
        return problem === null || this._('accolades-account.error.invalid', { detail: problem });
      },
    },
    tls: { value: '', type: 'tls-config', required: false },
    version: {
      value: 2,
      // The editor checks credentials only while the dialog is open; this marks a node that was closed without one.
      validate(_value, _options) {
        const known = this.credentials;
        const missing =
          known !== undefined && known['has_password'] === false && (known['password'] ?? '') === '';
        return !missing || this._('accolades-account.error.passwordMissing');
      },
    },
  },
  credentials: {
    password: {
      type: 'password',
      validate(value, _options) {
        if (value === KEPT_PASSWORD || isVariable(value)) return true;
        const problem = problemOf(() => parseAccount({ accountNumber: '1', password: value ?? '' }));
        return problem === null || this._('accolades-account.error.invalid', { detail: problem });
      },
    },
  },
  label() {
    if (this.name !== undefined && this.name !== '') return this.name;
    const number = this['accountNumber'];
    return typeof number === 'string' && number !== '' && !isVariable(number)
      ? this._('accolades-account.defaultName.numbered', { number })
      : this._('accolades-account.defaultName.plain');
  },
  labelStyle() {
    return this.name === undefined || this.name === '' ? '' : 'node_label_italic';
  },
  oneditprepare() {
    field('url').attr('placeholder', DEFAULT_ACCOUNT_URL);
    field('url').on('input change', showSecurity);
    field('tls').on('change', showSecurity);
    showSecurity();
    $('#accolades-account-test').on('click', () => {
      testAccount(this);
    });
  },
  oneditsave() {
    this['version'] = 2;
  },
});

function showSecurity(): void {
  const url = field('url').val();
  const readable = !isVariable(url) && problemOf(() => parseAccountUrl(url)) === null;
  const encrypted = !readable || parseAccountUrl(url).baseUrl.startsWith('https:');
  const tls = RED.nodes.node(field('tls').val());
  $('#accolades-account-exposed').toggle(readable && parseAccountUrl(url).exposed);
  $('#accolades-account-unverified').toggle(encrypted && tls?.['verifyservercert'] === false);
  $('#accolades-account-tls').toggle(encrypted);
}

/** Has the runtime test what is typed, and shows what came of it. */
function testAccount(node: EditorNode): void {
  const button = $('#accolades-account-test').prop('disabled', true);
  const show = (text: string, ok: boolean): void => {
    $('#accolades-account-test-result').toggleClass('accolades-problem', !ok).text(text);
  };
  const password = field('password').val();
  const tls = field('tls').val();
  show(node._('accolades-account.test.testing'), true);
  // A relative address, so that the editor adds the token of the person who is logged in.
  $.ajax({
    url: `accolades-account/${encodeURIComponent(node.id)}/test`,
    method: 'POST',
    contentType: 'application/json',
    data: JSON.stringify({
      url: field('url').val(),
      accountNumber: field('accountNumber').val(),
      tls: tls === '_ADD_' ? '' : tls,
      ...(password === KEPT_PASSWORD ? {} : { password }),
    }),
  })
    .done((result) => {
      if (!isTestResult(result)) show(node._('accolades-account.test.unavailable'), false);
      else show(result.message, result.ok);
    })
    .fail(() => {
      show(node._('accolades-account.test.unavailable'), false);
    })
    .always(() => {
      button.prop('disabled', false);
    });
}

function isTestResult(value: unknown): value is { readonly ok: boolean; readonly message: string } {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'ok' in value && typeof value.ok === 'boolean' && 'message' in value && typeof value.message === 'string'
  );
}
