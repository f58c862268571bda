import { DEFAULT_ACCOUNT_URL, parseAccount, parseAccountUrl } from '@accolades-flow/core';
import type { EditorRed, Query } from '../../editor/editor-api.ts';
import { isVariable, problemOf } from '../../editor/check.ts';
import { KEPT_PASSWORD, offerConfigTest } from '../../editor/config-test.ts';

declare const RED: EditorRed;
declare const $: Query;

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
      // The editor validates credentials only in an open dialog; this marks a node without one.
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
    offerConfigTest(this, { plain: ['url', 'accountNumber'], secret: 'password' });
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
