// @ts-check
import { get, post } from './api.js';
import { attempt, byId, clock, copy, element, setText, toast } from './dom.js';

const STATE_TEXT = { offline: 'Offline', online: 'Online', connected: 'Connected' };

/** @type {Map<number, any>} */
const entries = new Map();
/** @type {number | null} */
let selected = null;
/** @type {(key: number) => void} */
let selectListener = () => {};

/** @param {(key: number) => void} onSelect called when an agent is chosen in the list */
export function startAgents(onSelect) {
  selectListener = onSelect;
  byId('add-agent-form').addEventListener('submit', async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = byId('add-agent-form');
    const fields = Object.fromEntries(new FormData(form));
    const done = await attempt(() => post('api/agents', fields));
    if (!done) return;
    toast(`${fields.name} is logged in.`);
    form.reset();
    form.elements.name.focus();
  });
}

/** @param {any} state */
export function showAgents(state) {
  const { agents, agentCount } = state;
  const list = byId('agent-list');
  const present = new Set(agents.map((/** @type {any} */ agent) => agent.key));
  for (const [key, entry] of entries) {
    if (present.has(key)) continue;
    entry.root.remove();
    entries.delete(key);
    if (selected === key) selected = null;
  }
  for (const agent of agents) {
    let entry = entries.get(agent.key);
    if (!entry) {
      entry = makeEntry(agent);
      entries.set(agent.key, entry);
      list.append(entry.root);
    }
    entry.update(agent);
  }
  const counts = ['connected', 'online', 'offline'].flatMap((wanted) => {
    const count = agents.filter((/** @type {any} */ agent) => agent.state === wanted).length;
    return count > 0 ? [`${count} ${wanted}`] : [];
  });
  setText(byId('agents-summary'), counts.join(', '));
  byId('agents-empty').hidden = agents.length > 0;
  if (agents.length === 0) byId('add-agent').open = true;
  byId('agents-more').hidden = agentCount <= agents.length;
  setText(byId('agents-more'), `${agentCount - agents.length} more agents are not shown.`);
}

/** @param {any} agent */
function makeEntry({ key, name }) {
  const badge = element('span', { class: 'badge' });
  const nameButton = element(
    'button',
    { type: 'button', class: 'agent-name', click: () => select(key) },
    name,
  );
  const masked = element('code', { title: 'The agent’s key (idCrm), masked; Copy copies all of it' });
  const toggle = element('input', {
    type: 'checkbox',
    role: 'switch',
    'aria-label': `${name} is logged in`,
    change: () => attempt(() => post(`api/agents/${key}/${toggle.checked ? 'login' : 'logout'}`)),
  });
  const page = element(
    'a',
    {
      class: 'small',
      target: '_blank',
      rel: 'noopener noreferrer',
      title: 'The page of this agent, with the connector in a frame',
      'aria-label': `Page of ${name}`,
    },
    'Page',
  );
  const note = element('p', { class: 'agent-note' });
  const remove = element(
    'button',
    {
      type: 'button',
      class: 'quiet small remove',
      click: () => attempt(() => post(`api/agents/${key}/remove`)),
    },
    'Remove agent',
  );
  const root = element(
    'li',
    { class: 'agent' },
    element('div', { class: 'agent-head' }, nameButton, badge),
    element(
      'div',
      { class: 'agent-line' },
      masked,
      element(
        'button',
        {
          type: 'button',
          class: 'quiet small',
          'aria-label': `Copy the key of ${name}`,
          click: () => attempt(async () => copy((await get(`api/agents/${key}/id-crm`)).idCrm)),
        },
        'Copy',
      ),
      page,
      element('span', { class: 'fill' }),
      element('label', { title: 'Log in or out' }, 'Logged in', toggle),
    ),
    note,
    remove,
  );
  return {
    root,
    nameButton,
    update(/** @type {any} */ agent) {
      badge.dataset.state = agent.state;
      setText(badge, STATE_TEXT[/** @type {'online'} */ (agent.state)]);
      setText(masked, agent.maskedIdCrm);
      toggle.checked = agent.loggedIn;
      page.hidden = agent.page === null;
      if (agent.page !== null && page.href !== agent.page) page.href = agent.page;
      const parts = [];
      if (agent.connectedSince !== null) {
        parts.push(`Client at ${agent.connectedFrom} since ${clock(agent.connectedSince)}`);
      }
      if (agent.ip !== null) parts.push(`Only from ${agent.ip}`);
      const text = parts.join('. ');
      const faults = Object.values(agent.faults).filter(
        (value) => value !== false && value !== 0 && value !== '',
      ).length;
      const key = `${text}|${faults}`;
      if (note.dataset.shown === key) return;
      note.dataset.shown = key;
      note.replaceChildren(text);
      if (faults > 0) {
        if (text) note.append('. ');
        note.append(element('span', { class: 'faulty' }, faults === 1 ? '1 fault' : `${faults} faults`));
      }
      note.hidden = parts.length === 0 && faults === 0;
    },
  };
}

/** @param {number} key */
function select(key) {
  markSelected(key);
  selectListener(key);
}

/**
 * Marks the agent that the tools on the page are set to.
 * @param {number | null} key
 */
export function markSelected(key) {
  selected = key;
  for (const [other, entry] of entries) {
    entry.root.dataset.selected = String(other === key);
    entry.nameButton.setAttribute('aria-pressed', String(other === key));
  }
}
