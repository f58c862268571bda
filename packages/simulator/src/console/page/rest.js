// @ts-check
import { get, post } from './api.js';
import { attempt, byId, clock, copy, element, setText } from './dom.js';
import { settingsRow } from './settings-row.js';

/** @type {import('./settings-row.js').Setting[]} */
const SETTINGS = [
  { name: 'failWith', label: 'Fault: answer everything with status', control: 'number', max: 599 },
  { name: 'answerDelayMs', label: 'Fault: answer late by', control: 'number', unit: 'ms' },
  { name: 'neverAnswer', label: 'Fault: never answer', control: 'switch' },
  {
    name: 'maxInvalidRequests',
    label: 'Block an address after',
    note: 'invalid requests; the real number is not published',
    control: 'number',
  },
  { name: 'blacklistMs', label: 'for', control: 'number', unit: 'ms', min: 1, max: 86_400_000 },
];

/** @type {Map<string, ReturnType<typeof settingsRow>>} */
const rows = new Map();

export function startRest() {
  for (const setting of SETTINGS) {
    const row = settingsRow(setting, (value) => {
      void attempt(() => post('api/rest-settings', { settings: { [setting.name]: value } }));
    });
    rows.set(setting.name, row);
    byId('rest-setting-list').append(row.root);
  }
  const form = byId('account-form');
  form.addEventListener('submit', (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const { accountNumber, password } = form.elements;
    void attempt(async () => {
      await post('api/accounts', { accountNumber: accountNumber.value, password: password.value });
      form.reset();
    });
  });
  byId('blacklist-clear').addEventListener('click', () => void attempt(() => post('api/blacklist/clear')));
}

/** @type {string} */
let dialDevice = '';
/** @type {string | null} */
let restUrl = null;

/** @param {any} state */
export function showRest({ rest, phones }) {
  restUrl = rest.url;
  dialDevice = phones[0]?.deviceId ?? '';
  setText(
    byId('rest-address'),
    rest.url === null ? 'The REST API is switched off.' : `POST ${rest.url}/<account>/ping/ and …/dial/`,
  );
  for (const [name, row] of rows) row.show(rest.settings[name]);
  setText(
    byId('blacklist'),
    rest.blacklist.length === 0 ? 'No address is blocked.' : `Blocked: ${rest.blacklist.join(', ')}`,
  );
  byId('blacklist-clear').disabled = rest.blacklist.length === 0;
  showAccounts(rest.accounts);
  showLog(rest.accounts);
}

/**
 * @param {string} accountNumber
 * @throws {Error} when there is nothing that could dial
 */
async function dialCommand(accountNumber) {
  if (restUrl === null) throw new Error('The REST API is switched off.');
  if (dialDevice === '') throw new Error('Add a phone first.');
  const { password } = await get(`api/accounts/${accountNumber}/password`);
  const fields = Object.entries({ password, deviceId: dialDevice, phoneNumber: '0211234567' });
  // Encoded by curl itself, and quoted for the shell.
  const options = fields.map(
    ([name, value]) => `--data-urlencode '${`${name}=${value}`.replaceAll("'", "'\\''")}'`,
  );
  return `curl ${options.join(' ')} ${restUrl}/${accountNumber}/dial/`;
}

/** @param {any[]} accounts */
function showAccounts(accounts) {
  const list = byId('account-list');
  const key = JSON.stringify(accounts.map(({ accountNumber, apiActive }) => [accountNumber, apiActive]));
  if (list.dataset.shown === key) return;
  list.dataset.shown = key;
  list.replaceChildren(
    ...accounts.map(({ accountNumber, apiActive }) => {
      const toggle = element('input', {
        type: 'checkbox',
        role: 'switch',
        'aria-label': `The API of ${accountNumber} is active`,
        change: () =>
          attempt(() => post(`api/accounts/${accountNumber}/active`, { apiActive: toggle.checked })),
      });
      toggle.checked = apiActive;
      return element(
        'li',
        {},
        element(
          'div',
          {},
          element('b', {}, accountNumber),
          element(
            'button',
            {
              type: 'button',
              class: 'quiet small',
              click: () =>
                attempt(async () => copy((await get(`api/accounts/${accountNumber}/password`)).password)),
            },
            'Copy password',
          ),
          element(
            'button',
            {
              type: 'button',
              class: 'quiet small',
              title: 'A command for a terminal that makes the first phone dial',
              click: () => attempt(async () => copy(await dialCommand(accountNumber))),
            },
            'Copy dial as curl',
          ),
          element('span', { class: 'fill' }),
          element('span', { class: 'muted' }, 'API active'),
          toggle,
        ),
      );
    }),
  );
}

/** @param {any[]} accounts */
function showLog(accounts) {
  const entries = accounts
    .flatMap(({ accountNumber, log }) => log.map((/** @type {any} */ entry) => ({ ...entry, accountNumber })))
    .sort((a, b) => b.at - a.at);
  byId('account-log-empty').hidden = entries.length > 0;
  const list = byId('account-log');
  const key = JSON.stringify(entries);
  if (list.dataset.shown === key) return;
  list.dataset.shown = key;
  list.replaceChildren(
    ...entries.map((entry) =>
      element(
        'li',
        { 'data-bad': String(entry.status !== 200) },
        element('time', {}, clock(entry.at, true)),
        element('b', {}, `${entry.accountNumber} ${entry.command}`),
        element('span', {}, `${entry.status} ${entry.text}, from ${entry.ip}`),
      ),
    ),
  );
}
