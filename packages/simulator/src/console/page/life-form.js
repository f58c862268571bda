// @ts-check
import { post } from './api.js';
import { attempt, byId, element, setOptions, setText } from './dom.js';

/** What each kind of call does, and which fields it needs. */
const KINDS = {
  clickToCall: { fields: ['device', 'number'], hint: 'The phone rings first, then the other party.' },
  incoming: { fields: ['device', 'number'], hint: 'A caller from outside rings one phone.' },
  ringAll: {
    fields: ['devices', 'number', 'ring'],
    hint: 'A queue rings all these phones; the first answer stops the others.',
  },
  hunt: {
    fields: ['order', 'number', 'ring', 'pause'],
    hint: 'A queue rings one phone after another; write one twice to ring it again: 27, 28, 27.',
  },
  outgoing: { fields: ['device', 'number'], hint: 'A person dials at the phone.' },
  campaign: { fields: ['device', 'number'], hint: 'A campaign dials for the phone: callCenter “yes”.' },
  internal: { fields: ['device', 'to'], hint: 'One phone calls another; both agents are told.' },
};

/** @type {any[]} */
let phones = [];
/** @type {Map<string, { root: HTMLElement, input: HTMLInputElement }>} */
const chips = new Map();

/** @param {(id: string) => void} onStarted called with the new call */
export function startLifeForm(onStarted) {
  const form = byId('life-form');
  form.elements.kind.addEventListener('change', showFields);
  showFields();
  form.addEventListener('submit', (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    void attempt(async () => onStarted((await post('api/lives', callToStart())).id));
  });
}

/** @param {any[]} list the phones of the PBX */
export function showPhonesToCall(list) {
  phones = list;
  const options = phones.map((phone) => ({ value: phone.deviceId, text: phoneName(phone.deviceId) }));
  setOptions(byId('life-device'), options);
  setOptions(byId('life-to'), options);
  showChips();
  const order = byId('life-form').elements.order;
  if (order.dataset.filled === undefined && phones.length > 0) {
    order.dataset.filled = '';
    order.value = phones
      .slice(0, 2)
      .map((phone) => phone.deviceId)
      .join(', ');
  }
}

export function chosenPhones() {
  return phones;
}

/** @param {string} deviceId */
export function phoneName(deviceId) {
  const agent = phones.find((phone) => phone.deviceId === deviceId)?.agent;
  return agent ? `${deviceId}, ${agent.name}` : deviceId;
}

/** @returns {keyof typeof KINDS} */
function kind() {
  return byId('life-form').elements.kind.value;
}

function showFields() {
  const { fields, hint } = KINDS[kind()];
  setText(byId('life-hint'), hint);
  // A hunt rings each phone for 15 s, other calls as long as the settings say.
  byId('life-form').elements.ringS.placeholder = kind() === 'hunt' ? '15' : 'as set';
  for (const field of byId('life-form').querySelectorAll('[data-field]')) {
    field.hidden = !fields.includes(field.dataset.field);
    for (const input of field.querySelectorAll('input')) input.disabled = field.hidden;
  }
}

function callToStart() {
  const { deviceId, order, to, phoneNumber, ringS, pauseS } = byId('life-form').elements;
  const { fields } = KINDS[kind()];
  const checked = [...chips].filter(([, chip]) => chip.input.checked).map(([id]) => id);
  const deviceIds = fields.includes('devices')
    ? checked
    : fields.includes('order')
      ? order.value.split(',').map((/** @type {string} */ id) => id.trim())
      : [deviceId.value];
  const ms = (/** @type {HTMLInputElement} */ input) =>
    input.value === '' || input.disabled ? null : Math.round(Number(input.value) * 1000);
  return {
    kind: kind(),
    deviceIds,
    to: to.value,
    phoneNumber: phoneNumber.value,
    ringMs: ms(ringS),
    pauseMs: ms(pauseS),
  };
}

/** A queue rings all phones, unless some are taken out. */
function showChips() {
  const present = new Set(phones.map((phone) => phone.deviceId));
  for (const [id, chip] of chips) {
    if (present.has(id)) continue;
    chip.root.remove();
    chips.delete(id);
  }
  for (const { deviceId } of phones) {
    if (chips.has(deviceId)) continue;
    const input = element('input', { type: 'checkbox', checked: true });
    const root = element('label', { class: 'chip', 'data-state': 'connected' }, input, phoneName(deviceId));
    chips.set(deviceId, { root, input });
    byId('life-devices').append(root);
    input.disabled = byId('life-devices').closest('[data-field]').hidden;
  }
}
