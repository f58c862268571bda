// @ts-check
import { post } from './api.js';
import { attempt, byId, clock, element } from './dom.js';
import { chosenPhones, showPhonesToCall, startLifeForm } from './life-form.js';
import { showControls, startControls } from './life-controls.js';
import { showTimeline } from './life-timeline.js';
import { settingsRow } from './settings-row.js';

const STATES = {
  waiting: 'waits in the queue',
  ringingDevice: 'phone rings',
  ringingDestination: 'other party rings',
  answered: 'answered',
  ended: 'ended',
};

/** How each kind is marked in the list. */
const ARROWS = { incoming: '↙', clickToCall: '↗', outgoing: '↗', campaign: '↗', internal: '↔' };

/** 0 stands for “by hand”. @type {import('./settings-row.js').Setting[]} */
const SETTINGS = [
  {
    name: 'deviceAnswerMs',
    label: 'A phone is answered after',
    note: 'empty: by hand; a phone can have a time of its own',
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
  {
    name: 'uniqueId',
    label: 'uniqueId of events: one for each',
    note: 'not published',
    control: 'select',
    choices: ['call', 'leg'],
  },
  {
    name: 'transferNumber',
    label: 'A transferred call shows the number of the',
    note: 'not published',
    control: 'select',
    choices: ['caller', 'phone'],
  },
];

/** @type {Map<string, ReturnType<typeof settingsRow>>} */
const rows = new Map();
/** @type {string | null} */
let chosen = null;
/** A call that was just started, and is not in the state yet. @type {string | null} */
let awaited = null;
/** @type {any[]} */
let lives = [];

export function startLives() {
  const choose = (/** @type {string} */ id) => {
    chosen = id;
    awaited = id;
    show();
  };
  startLifeForm(choose);
  startControls(() => chosen, choose);
  for (const setting of SETTINGS) {
    const row = settingsRow(setting, (value) => {
      const byHand = setting.control === 'number' && setting.min === undefined && value === 0;
      void attempt(() => post('api/call-settings', { settings: { [setting.name]: byHand ? null : value } }));
    });
    rows.set(setting.name, row);
    byId('call-setting-list').append(row.root);
  }
}

/** @param {any} state */
export function showLives(state) {
  lives = state.lives;
  showPhonesToCall(state.phones);
  for (const [name, row] of rows) row.show(state.callSettings[name] ?? 0);
  show();
}

function show() {
  if (lives.some((call) => call.id === chosen)) awaited = null;
  else if (chosen === null || chosen !== awaited) chosen = lives[0]?.id ?? null;
  const list = byId('life-list');
  const key = JSON.stringify([chosen, lives.map((call) => [call.id, call.state, call.legs.length])]);
  byId('life-empty').hidden = lives.length > 0;
  if (list.dataset.shown !== key) {
    list.dataset.shown = key;
    list.replaceChildren(...lives.map(listed));
  }
  const call = lives.find((one) => one.id === chosen);
  showControls(call, chosenPhones());
  showTimeline(call);
}

/** @param {any} call */
function listed(call) {
  const phones = [...new Set(call.legs.map((/** @type {any} */ leg) => leg.deviceId))];
  const who = phones.length > 1 ? `phones ${phones.join(', ')}` : `phone ${phones[0] ?? call.deviceId}`;
  const arrow = ARROWS[/** @type {'incoming'} */ (call.kind)];
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
      element('b', {}, `${arrow} ${call.phoneNumber}`),
      element('span', { class: 'muted' }, who),
      element('span', { class: 'fill' }),
      element('span', { class: 'muted' }, STATES[/** @type {'ended'} */ (call.state)]),
    ),
  );
}
