// @ts-check
import { post } from './api.js';
import { attempt, byId, copy, setText } from './dom.js';
import { settingsRow } from './settings-row.js';

/** @type {import('./settings-row.js').Setting[]} */
const SETTINGS = [
  {
    name: 'authSuccessType',
    label: 'Success is spelled',
    note: 'authSucces in the documentation, authSuccess in the vendor’s connector',
    control: 'select',
    choices: ['authSucces', 'authSuccess'],
  },
  { name: 'version', label: 'API version', control: 'text' },
  {
    name: 'sessionTimeoutMs',
    label: 'Hold the session of a silent client for',
    control: 'number',
    unit: 'ms',
    min: 1,
  },
  { name: 'closeAfterAuthFailed', label: 'Close the connection after a refusal', control: 'switch' },
];

/** @type {Map<string, ReturnType<typeof settingsRow>>} */
const rows = new Map();

export function startServer() {
  for (const setting of SETTINGS) {
    const row = settingsRow(setting, (value) => {
      void attempt(() => post('api/settings', { settings: { [setting.name]: value } }));
    });
    rows.set(setting.name, row);
    byId('setting-list').append(row.root);
  }
  const command = (/** @type {object} */ body) => () => void attempt(() => post('api/server', body));
  byId('server-stop').addEventListener('click', command({ running: false }));
  byId('server-kill').addEventListener('click', command({ running: false, abrupt: true }));
  byId('server-start').addEventListener('click', command({ running: true }));
  byId('copy-url').addEventListener('click', () => void attempt(() => copy(byId('server-url').textContent)));
}

/** @param {any} state */
export function showServer({ server, statistics }) {
  setText(byId('server-url'), server.url);
  setText(byId('empty-url'), server.url);
  const badge = byId('server-state');
  badge.dataset.state = server.running ? 'connected' : 'offline';
  setText(badge, server.running ? 'Running' : 'Stopped');
  byId('server-stop').disabled = !server.running;
  byId('server-kill').disabled = !server.running;
  byId('server-start').disabled = server.running;
  for (const [name, row] of rows) row.show(server.settings[name]);
  const refusals = Object.entries(statistics.refusals);
  const refused = refusals.reduce((sum, [, count]) => sum + Number(count), 0);
  setText(byId('count-sessions'), number(statistics.sessions));
  setText(byId('count-calls'), number(statistics.calls));
  setText(byId('count-frames'), number(statistics.framesIn + statistics.framesOut));
  setText(byId('count-refused'), number(refused));
  byId('count-refused').title = refusals.map(([reason, count]) => `${reason}: ${count}`).join('\n');
}

/** @param {number} value */
function number(value) {
  return value.toLocaleString('en');
}
