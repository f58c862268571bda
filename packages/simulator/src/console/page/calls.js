// @ts-check
import { post } from './api.js';
import { attempt, byId, clock, element, setText } from './dom.js';

const KINDS = {
  incoming: {
    direction: 'incoming',
    callCenter: false,
    hint: 'Direct to the agent: incomingCall, callCenter “no”.',
  },
  queue: {
    direction: 'incoming',
    callCenter: true,
    hint: 'Rings all chosen agents with one uniqueId, callCenter “yes”.',
  },
  outgoing: {
    direction: 'outgoing',
    callCenter: false,
    hint: 'The agent dials: outgoingCall, callCenter “no”.',
  },
  campaign: {
    direction: 'outgoing',
    callCenter: true,
    hint: 'Dialled by a campaign: outgoingCall, callCenter “yes”.',
  },
};

/** @type {Map<number, { root: HTMLElement, input: HTMLInputElement }>} */
const chips = new Map();
let trafficOn = false;

export function startCalls() {
  const form = byId('call-form');
  form.addEventListener('change', showHint);
  showHint();
  form.addEventListener('submit', (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    void placeCall();
  });
  byId('call-all').addEventListener('click', () => choose(true));
  byId('call-none').addEventListener('click', () => choose(false));
  byId('traffic-form').addEventListener('submit', (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const callsPerMinute = trafficOn ? 0 : Number(byId('traffic-rate').value);
    void attempt(() => post('api/traffic', { callsPerMinute, kind: byId('traffic-kind').value }));
  });
  for (const id of ['traffic-rate', 'traffic-kind']) {
    byId(id).addEventListener('change', () => {
      if (!trafficOn || !byId('traffic-form').reportValidity()) return;
      void attempt(() =>
        post('api/traffic', {
          callsPerMinute: Number(byId('traffic-rate').value),
          kind: byId('traffic-kind').value,
        }),
      );
    });
  }
}

/** @returns {'incoming' | 'queue' | 'outgoing' | 'campaign'} */
function kind() {
  return byId('call-form').elements.kind.value;
}

function showHint() {
  setText(byId('call-hint'), KINDS[kind()].hint);
}

/** @param {boolean} checked */
function choose(checked) {
  for (const { input } of chips.values()) input.checked = checked;
}

async function placeCall() {
  const result = byId('call-result');
  const agents = [...chips].filter(([, chip]) => chip.input.checked).map(([key]) => key);
  const { direction, callCenter } = KINDS[kind()];
  await attempt(async () => {
    const call = await post('api/calls', {
      direction,
      callCenter,
      phoneNumber: byId('call-number').value,
      agents,
    });
    const reached =
      call.delivered === call.agents
        ? call.agents === 1
          ? 'was told to the agent’s client.'
          : `was told to the clients of all ${call.agents} agents.`
        : call.delivered === 0
          ? 'rang, but no client is connected that could be told.'
          : `was told to the clients of ${call.delivered} of ${call.agents} agents.`;
    result.replaceChildren('Call ', element('code', {}, call.uniqueId), ` ${reached}`);
  });
}

/** @param {any} state */
export function showCalls(state) {
  showChips(state.agents);
  showTraffic(state.traffic);
  showRecent(state.calls);
}

/** @param {any[]} agents */
function showChips(agents) {
  const list = byId('call-agents');
  const present = new Set(agents.map((agent) => agent.key));
  for (const [key, chip] of chips) {
    if (present.has(key)) continue;
    chip.root.remove();
    chips.delete(key);
  }
  for (const agent of agents) {
    let chip = chips.get(agent.key);
    if (!chip) {
      const input = element('input', { type: 'checkbox' });
      // The first agent is chosen, so that the first click already places a call.
      input.checked = chips.size === 0;
      chip = { root: element('label', { class: 'chip' }, input, agent.name), input };
      chips.set(agent.key, chip);
      list.append(chip.root);
    }
    chip.root.dataset.state = agent.state;
    chip.root.title =
      agent.state === 'connected'
        ? 'A client is connected'
        : 'No client is connected: nobody is told about a call';
  }
  byId('call-agents-empty').hidden = agents.length > 0;
  byId('call-button').disabled = agents.length === 0;
}

/** @param {{ callsPerMinute: number, kind: string }} traffic */
function showTraffic({ callsPerMinute, kind: running }) {
  trafficOn = callsPerMinute > 0;
  const button = byId('traffic-button');
  setText(button, trafficOn ? 'Stop' : 'Start');
  button.classList.toggle('stop', trafficOn);
  setText(
    byId('traffic-hint'),
    trafficOn
      ? `Placing ${callsPerMinute} calls per minute.`
      : 'Calls go to agents that are logged in, picked at random.',
  );
  if (!trafficOn) return;
  const rate = byId('traffic-rate');
  if (document.activeElement !== rate) rate.value = String(callsPerMinute);
  byId('traffic-kind').value = running;
}

/** @param {any[]} calls */
function showRecent(calls) {
  const list = byId('recent-calls');
  byId('recent-empty').hidden = calls.length > 0;
  const key = calls.map((call) => call.uniqueId).join();
  if (list.dataset.shown === key) return;
  list.dataset.shown = key;
  list.replaceChildren(
    ...calls.map((call) => {
      const incoming = call.direction === 'incoming';
      const who = element('span', { class: 'who' });
      call.agents.forEach((/** @type {any} */ agent, /** @type {number} */ i) => {
        if (i > 0) who.append(', ');
        who.append(agent.delivered ? element('b', {}, agent.name) : `${agent.name} (no client)`);
      });
      return element(
        'li',
        { title: call.uniqueId },
        element('time', {}, clock(call.placedAt)),
        element(
          'span',
          { role: 'img', 'aria-label': incoming ? 'incoming' : 'outgoing' },
          incoming ? '↙' : '↗',
        ),
        element('span', { class: 'number' }, call.phoneNumber),
        who,
      );
    }),
  );
}
