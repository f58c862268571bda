// @ts-check
import { get, post } from './api.js';
import { attempt, byId, setOptions, setText, toast } from './dom.js';

const LIMIT = 2000;

/** @type {any} */
let shown = null;
let loading = 0;

/** @param {(key: number | null) => void} onAgent called when another agent is chosen */
export function startTexts(onAgent) {
  byId('text-agent').addEventListener('change', () => {
    onAgent(agentKey());
    void load();
  });
  for (const radio of document.querySelectorAll('input[name="entity"]')) {
    radio.addEventListener('change', showText);
  }
  byId('text-data').addEventListener('input', showCount);
  byId('text-save').addEventListener('click', () => {
    void attempt(async () => {
      await post(`api/agents/${agentKey()}/text`, { kind: entity(), text: byId('text-data').value });
      toast('Saved. Clients get it with their next configuration request.');
      await load();
    });
  });
}

/** @returns {number | null} */
function agentKey() {
  const { value } = byId('text-agent');
  return value === '' ? null : Number(value);
}

/** @returns {'account' | 'phone' | 'agent'} */
function entity() {
  const checked = document.querySelector('input[name="entity"]:checked');
  return /** @type {any} */ (checked).value;
}

/** @param {any} state */
export function showTexts(state) {
  setOptions(
    byId('text-agent'),
    state.agents.length === 0
      ? [{ value: '', text: 'No agents' }]
      : state.agents.map((/** @type {any} */ agent) => ({ value: String(agent.key), text: agent.name })),
  );
  if (shown?.key !== agentKey()) void load();
}

/** @param {number} key */
export function editTextsOf(key) {
  byId('text-agent').value = String(key);
  void load();
}

async function load() {
  const key = agentKey();
  const number = ++loading;
  const agent = key === null ? null : await get(`api/agents/${key}`).catch(() => null);
  // Another agent may have been chosen meanwhile.
  if (number !== loading) return;
  shown = agent;
  for (const [kind, title] of [
    ['agent', 'Agent'],
    ['phone', 'Phone'],
    ['account', 'Account'],
  ]) {
    setText(byId(`entity-${kind}`), agent ? `${title} ${agent[kind].id}` : title);
  }
  showText();
}

function showText() {
  byId('text-data').value = shown ? shown[entity()].data : '';
  byId('text-data').disabled = !shown;
  setText(
    byId('text-note'),
    entity() === 'account'
      ? 'Shared by all agents of this account.'
      : 'Any format: JSON, XML, CSV, plain text.',
  );
  showCount();
}

function showCount() {
  const text = byId('text-data').value;
  const length = Array.from(text).length;
  const counter = byId('text-count');
  setText(counter, `${length} / ${LIMIT}`);
  counter.dataset.over = String(length > LIMIT);
  byId('text-save').disabled = !shown || length > LIMIT || text === shown[entity()].data;
}
