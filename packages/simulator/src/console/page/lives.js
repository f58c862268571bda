// @ts-check
import { post } from './api.js';
import { attempt, byId, clock, element, setOptions, setText } from './dom.js';
import { settingsRow } from './settings-row.js';

const STATES = {
  ringingDevice: 'device rings',
  ringingDestination: 'other party rings',
  answered: 'answered',
  ended: 'ended',
};

/** Texts for the events of a timeline. */
const EVENTS = {
  started: 'Started',
  deviceRinging: 'Device rings',
  deviceAnswered: 'Device answered',
  destinationRinging: 'Other party rings',
  agentNotified: 'Agent’s client told',
  answered: 'Answered',
  durationLimitReached: 'Limit reached',
  extended: 'Extended',
  notificationSent: 'Notification',
  notificationAnswered: 'Endpoint answered',
  notificationFailed: 'Endpoint failed',
  ended: 'Ended',
};

/** 0 stands for “by hand”. @type {import('./settings-row.js').Setting[]} */
const SETTINGS = [
  {
    name: 'deviceAnswerMs',
    label: 'A device is answered after',
    note: 'empty: by hand',
    control: 'number',
    unit: 'ms',
  },
  {
    name: 'destinationAnswerMs',
    label: 'The other party answers after',
    note: 'empty: by hand',
    control: 'number',
    unit: 'ms',
  },
  { name: 'ringTimeoutMs', label: 'Ringing in vain ends after', control: 'number', unit: 'ms', min: 1 },
  {
    name: 'hangUpMs',
    label: 'An answered call ends after',
    note: 'empty: by hand',
    control: 'number',
    unit: 'ms',
  },
];

/** @type {Map<string, ReturnType<typeof settingsRow>>} */
const rows = new Map();
/** @type {string | null} */
let chosen = null;
/** @type {any[]} */
let lives = [];

export function startLives() {
  const form = byId('life-form');
  form.addEventListener('submit', (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const { direction, deviceId, phoneNumber } = form.elements;
    void attempt(async () => {
      const call = await post('api/lives', {
        direction: direction.value,
        deviceId: deviceId.value,
        phoneNumber: phoneNumber.value,
      });
      chosen = call.id;
      show();
    });
  });
  const command = (/** @type {string} */ name) => () =>
    void attempt(() => post(`api/lives/${encodeURIComponent(chosen ?? '')}/${name}`));
  byId('life-answer').addEventListener('click', command('answer'));
  byId('life-hang-up').addEventListener('click', command('hang-up'));
  for (const setting of SETTINGS) {
    const row = settingsRow(setting, (value) => {
      const sent = setting.min === undefined && value === 0 ? null : value;
      void attempt(() => post('api/call-settings', { settings: { [setting.name]: sent } }));
    });
    rows.set(setting.name, row);
    byId('call-setting-list').append(row.root);
  }
}

/** @param {any} state */
export function showLives(state) {
  lives = state.lives;
  setOptions(
    byId('life-device'),
    state.phones.map((/** @type {any} */ phone) => ({
      value: phone.deviceId,
      text: phone.agent ? `${phone.deviceId}, ${phone.agent.name}` : phone.deviceId,
    })),
  );
  for (const [name, row] of rows) row.show(state.callSettings[name] ?? 0);
  show();
}

function show() {
  if (!lives.some((call) => call.id === chosen)) chosen = lives[0]?.id ?? null;
  const list = byId('life-list');
  const key = JSON.stringify([chosen, lives.map((call) => [call.id, call.state])]);
  byId('life-empty').hidden = lives.length > 0;
  if (list.dataset.shown !== key) {
    list.dataset.shown = key;
    list.replaceChildren(...lives.map(listed));
  }
  showTimeline(lives.find((call) => call.id === chosen));
}

/** @param {any} call */
function listed(call) {
  const state = STATES[/** @type {'ended'} */ (call.state)];
  return element(
    'li',
    {},
    element(
      'button',
      {
        type: 'button',
        'aria-pressed': String(call.id === chosen),
        click: () => {
          chosen = call.id;
          show();
        },
      },
      clock(call.startedAt),
      element('b', {}, `${call.direction === 'incoming' ? '↙' : '↗'} ${call.phoneNumber}`),
      element('span', { class: 'muted' }, `phone ${call.deviceId}`),
      element('span', { class: 'fill' }),
      element('span', { class: 'muted' }, state),
    ),
  );
}

/** @param {any} call */
function showTimeline(call) {
  const ringing = call?.state === 'ringingDevice' || call?.state === 'ringingDestination';
  byId('life-answer').disabled = !ringing;
  byId('life-hang-up').disabled = !call || call.state === 'ended';
  byId('life-none').hidden = Boolean(call);
  setText(byId('life-title'), call ? `Timeline of ${call.id}` : 'Timeline');
  const list = byId('life-timeline');
  const key = call ? `${call.id} ${call.timeline.length}` : '';
  if (list.dataset.shown === key) return;
  list.dataset.shown = key;
  list.replaceChildren(
    ...(call?.timeline ?? []).map((/** @type {any} */ entry) =>
      element(
        'li',
        { 'data-bad': String(entry.event === 'notificationFailed') },
        element('time', {}, clock(entry.at, true)),
        element('b', {}, EVENTS[/** @type {'ended'} */ (entry.event)] ?? entry.event),
        element('span', {}, entry.text),
      ),
    ),
  );
  list.scrollTop = list.scrollHeight;
}
