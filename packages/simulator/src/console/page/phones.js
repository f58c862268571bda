// @ts-check
import { post } from './api.js';
import { attempt, byId, element, setOptions, toast } from './dom.js';
import { settingsRow } from './settings-row.js';

/** @type {import('./settings-row.js').Setting[]} */
const SETTINGS = [
  { name: 'directionField', label: 'Field of the direction', note: 'begins with callDire', control: 'text' },
  { name: 'incomingValue', label: 'An incoming call is', control: 'text' },
  { name: 'outgoingValue', label: 'An outgoing call is', control: 'text' },
  { name: 'phoneNumberField', label: 'Field of the other party', control: 'text', placeholder: 'none' },
  { name: 'durationField', label: 'Field of the seconds', control: 'text', placeholder: 'none' },
  {
    name: 'hangups',
    label: 'hangup is posted by',
    note: 'every phone, those that answered, or the last one',
    control: 'select',
    choices: ['every', 'answered', 'last'],
  },
  { name: 'callId', label: 'callId: one for each', control: 'select', choices: ['call', 'leg'] },
  {
    name: 'clickToCallAnswer',
    label: 'answer of a click-to-call is posted when',
    note: 'the other party answers, or the phone itself',
    control: 'select',
    choices: ['destination', 'phone'],
  },
  {
    name: 'internalAnswer',
    label: 'answer of an internal call is posted by',
    control: 'select',
    choices: ['both', 'called'],
  },
];

/** @type {Map<string, ReturnType<typeof settingsRow>>} */
const rows = new Map();
/** @type {any[]} */
let phones = [];
/** @type {string | null} */
let chosen = null;

export function startPhones() {
  const form = byId('phone-form');
  form.addEventListener('submit', (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const { deviceId, userId, agent, accountNumber, maxDurationS, timeoutMs, notify, url } = form.elements;
    void attempt(async () => {
      await post('api/phones', {
        deviceId: deviceId.value,
        userId: userId.value,
        agent: agent.value === '' ? null : Number(agent.value),
        accountNumber: accountNumber.value,
        maxDurationS: Number(maxDurationS.value || 0),
        timeoutMs: timeoutMs.value === '' ? null : Number(timeoutMs.value),
        notify: notify.checked,
        url: url.value,
      });
      url.value = '';
      toast('Saved.');
    });
  });
  byId('phone-form').elements.url.addEventListener('input', () => {
    if (form.elements.url.value !== '') form.elements.notify.checked = true;
  });
  for (const setting of SETTINGS) {
    const row = settingsRow(setting, (value) => {
      void attempt(() => post('api/notification-settings', { settings: { [setting.name]: value } }));
    });
    rows.set(setting.name, row);
    byId('notification-setting-list').append(row.root);
  }
}

/** @param {any} state */
export function showPhones(state) {
  phones = state.phones;
  setOptions(byId('phone-agent'), [
    { value: '', text: 'nobody' },
    ...state.agents.map((/** @type {any} */ agent) => ({ value: String(agent.key), text: agent.name })),
  ]);
  for (const [name, row] of rows) row.show(state.notificationSettings[name]);
  show();
  if (chosen === null && phones[0]) edit(phones[0]);
}

function show() {
  const list = byId('phone-list');
  const key = JSON.stringify([chosen, phones]);
  if (list.dataset.shown === key) return;
  list.dataset.shown = key;
  list.replaceChildren(
    ...phones.map((phone) =>
      element(
        'li',
        {},
        element(
          'button',
          { type: 'button', 'aria-pressed': String(phone.deviceId === chosen), click: () => edit(phone) },
          element('b', {}, phone.deviceId),
          phone.agent?.name ?? 'nobody',
          element('span', { class: 'fill' }),
          element('span', { class: 'muted' }, summary(phone)),
        ),
      ),
    ),
  );
}

/** @param {any} phone */
function summary(phone) {
  const limit = phone.maxDurationS > 0 ? `at most ${phone.maxDurationS} s, ` : '';
  return limit + (phone.notifications ? `notifies ${phone.notifications.maskedUrl}` : 'no notifications');
}

/** @param {any} phone */
function edit(phone) {
  chosen = phone.deviceId;
  const form = byId('phone-form').elements;
  form.deviceId.value = phone.deviceId;
  form.userId.value = phone.userId;
  form.agent.value = phone.agent ? String(phone.agent.key) : '';
  form.accountNumber.value = phone.accountNumber ?? '';
  form.maxDurationS.value = phone.maxDurationS || '';
  form.timeoutMs.value = phone.notifications?.timeoutMs ?? '';
  form.notify.checked = phone.notifications !== null;
  form.url.value = '';
  form.url.placeholder = phone.notifications
    ? `${phone.notifications.maskedUrl} (empty: stays)`
    : 'https://…';
  show();
}
