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
    const { extension, answers, answerMs, whileTalking, userType, silent } = form.elements;
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
        silent: silent.checked,
        extension: extension.value,
        answerMs: answers.value === 'after' ? Number(answerMs.value) : answers.value || null,
        whileTalking: whileTalking.value,
        userType: userType.value || 'user',
      });
      url.value = '';
      toast('Saved.');
    });
  });
  byId('phone-form').elements.url.addEventListener('input', () => {
    if (form.elements.url.value !== '') form.elements.notify.checked = true;
  });
  form.elements.answers.addEventListener('change', showAnswerTime);
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
  const to = phone.silent ? 'silent' : `notifies ${phone.notifications?.maskedUrl}`;
  return limit + (phone.notifications ? to : 'no notifications');
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
  form.silent.checked = phone.silent;
  form.extension.value = phone.extension ?? '';
  form.answers.value = typeof phone.answerMs === 'number' ? 'after' : (phone.answerMs ?? '');
  if (typeof phone.answerMs === 'number') form.answerMs.value = String(phone.answerMs);
  form.whileTalking.value = phone.whileTalking;
  form.userType.value = phone.userType === 'user' ? '' : phone.userType;
  showAnswerTime();
  form.url.value = '';
  form.url.placeholder = phone.notifications
    ? `${phone.notifications.maskedUrl} (empty: stays)`
    : 'https://…';
  show();
}

function showAnswerTime() {
  const { answers, answerMs } = byId('phone-form').elements;
  byId('phone-answer-ms').hidden = answers.value !== 'after';
  answerMs.disabled = answers.value !== 'after';
}
