// @ts-check
import { post } from './api.js';
import { attempt, byId, setOptions, setText, toast } from './dom.js';
import { settingsRow } from './settings-row.js';

/** @type {import('./settings-row.js').Setting[]} */
const FAULTS = [
  {
    name: 'refuseWith',
    label: 'Refuse authentication with',
    control: 'text',
    placeholder: 'a reason',
    suggestions: ['ID_NOT_FOUND', 'IP_MISSMATCH', 'IP_MISMATCH', 'CONNECTION_EXISTS', 'SOMETHING_NEW'],
  },
  { name: 'noAuthAnswer', label: 'Never answer authentication', control: 'switch' },
  { name: 'authDelayMs', label: 'Answer authentication late', control: 'number', unit: 'ms' },
  { name: 'authTwice', label: 'Answer authentication twice', control: 'switch' },
  { name: 'noConfigurationAnswer', label: 'Never answer configuration', control: 'switch' },
  { name: 'noVersionAnswer', label: 'Never answer version', control: 'switch' },
  { name: 'noPong', label: 'Do not answer pings', control: 'switch' },
  { name: 'frameDelayMs', label: 'Wait before each frame', control: 'number', unit: 'ms' },
  { name: 'bytesPerSecond', label: 'Trickle', control: 'number', unit: 'bytes/s', max: 1_000_000_000 },
  {
    name: 'seedCommas',
    label: 'The documentation’s comma mistakes',
    note: 'In every call and configuration',
    control: 'switch',
  },
  {
    name: 'logoutWithoutClose',
    label: 'Log out without closing',
    note: 'Sends connectionClosed, leaves the connection open',
    control: 'switch',
  },
  { name: 'silentTcp', label: 'Accept TCP, then nothing', note: 'Only for all agents', control: 'switch' },
  { name: 'neverUpgrade', label: 'Never answer the upgrade', note: 'Only for all agents', control: 'switch' },
  {
    name: 'upgradeStatus',
    label: 'Refuse the upgrade',
    note: 'Only for all agents',
    control: 'number',
    unit: 'status',
    max: 599,
  },
];

const ONLY_FOR_ALL = ['silentTcp', 'neverUpgrade', 'upgradeStatus'];

/** @type {Map<string, ReturnType<typeof settingsRow>>} */
const rows = new Map();
/** @type {any} */
let lastState = null;

/**
 * @param {(key: number | null) => void} onTarget called when another agent is chosen, `null` for
 *   all
 */
export function startFaults(onTarget) {
  for (const fault of FAULTS) {
    const row = settingsRow(fault, (value) => {
      void attempt(() => post('api/faults', { ...target(), settings: { [fault.name]: value } })).then(
        (done) => {
          // What the control shows is then not what is in force.
          if (!done) show();
        },
      );
    });
    rows.set(fault.name, row);
    byId('fault-list').append(row.root);
  }
  byId('fault-target').addEventListener('change', () => {
    show();
    onTarget(targetKey());
  });
  byId('clear-faults').addEventListener('click', () => {
    void attempt(() => post('api/faults/clear', { everything: true }));
  });
  byId('drop-buttons').addEventListener('click', (/** @type {any} */ event) => {
    const { drop } = event.target.dataset;
    if (drop) void attempt(() => post('api/drop', { ...target(), how: drop }));
  });
  byId('send-kind').addEventListener('change', () => {
    byId('raw-label').hidden = byId('send-kind').value !== 'raw';
  });
  byId('send-button').addEventListener('click', () => {
    void attempt(async () => {
      await post('api/send', { ...target(), ...whatToSend() });
      toast('Sent.');
    });
  });
}

function whatToSend() {
  const value = byId('send-kind').value;
  if (value === 'raw') return { text: byId('raw-text').value };
  const [kind, which] = value.split(':');
  return { [kind]: which };
}

/** @returns {number | null} */
function targetKey() {
  const { value } = byId('fault-target');
  return value === '' ? null : Number(value);
}

function target() {
  const key = targetKey();
  return key === null ? {} : { agent: key };
}

/** @param {number} key */
export function targetAgent(key) {
  byId('fault-target').value = String(key);
  show();
}

/** @param {any} state */
export function showFaults(state) {
  lastState = state;
  setOptions(byId('fault-target'), [
    { value: '', text: 'All agents' },
    ...state.agents.map((/** @type {any} */ agent) => ({ value: String(agent.key), text: agent.name })),
  ]);
  show();
}

function show() {
  if (!lastState) return;
  const key = targetKey();
  const agent = lastState.agents.find((/** @type {any} */ candidate) => candidate.key === key);
  const effective = { ...lastState.faults, ...agent?.faults };
  for (const fault of FAULTS) {
    const row = rows.get(fault.name);
    if (!row) continue;
    const off = fault.control === 'switch' ? false : fault.control === 'number' ? 0 : '';
    const value = effective[fault.name] ?? off;
    row.show(value);
    row.root.dataset.active = String(value !== off);
    const unavailable = agent !== undefined && ONLY_FOR_ALL.includes(fault.name);
    row.input.disabled = unavailable;
    row.root.dataset.unavailable = String(unavailable);
  }
  const sets = [
    lastState.faults,
    ...lastState.agents.map((/** @type {any} */ candidate) => candidate.faults),
  ];
  const active = sets
    .flatMap((settings) => Object.values(settings))
    .filter((value) => value !== false && value !== 0 && value !== '').length;
  const count = byId('fault-count');
  count.hidden = active === 0;
  setText(count, String(active));
  byId('clear-faults').disabled = sets.every((settings) => Object.keys(settings).length === 0);
}
