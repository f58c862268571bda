// @ts-check
import { byId, clock, element, setText } from './dom.js';

/** How many frames the page keeps. */
const KEPT = 1000;

/** @type {any[]} */
let frames = [];
/** @type {any[]} those that came while paused */
let held = [];
let skipped = 0;
let paused = false;

export function startFrames() {
  byId('frames-filter').addEventListener('input', showAll);
  byId('frames-direction').addEventListener('change', showAll);
  byId('frames-clear').addEventListener('click', () => {
    frames = [];
    held = [];
    skipped = 0;
    showAll();
  });
  byId('frames-pause').addEventListener('click', () => {
    paused = !paused;
    const button = byId('frames-pause');
    button.setAttribute('aria-pressed', String(paused));
    setText(button, paused ? 'Resume' : 'Pause');
    if (!paused) {
      frames = [...frames, ...held].slice(-KEPT);
      held = [];
      showAll();
    }
    showNote();
  });
}

/**
 * Replaces what is shown, after the page has connected.
 * @param {any[]} entries
 */
export function resetFrames(entries) {
  frames = entries.slice(-KEPT);
  held = [];
  showAll();
}

/** @param {{ entries: object[], skipped: number }} batch */
export function addFrames(batch) {
  skipped += batch.skipped;
  if (paused) {
    held = [...held, ...batch.entries].slice(-KEPT);
    showNote();
    return;
  }
  frames.push(...batch.entries);
  if (frames.length > KEPT) frames = frames.slice(-KEPT);
  const wanted = batch.entries.filter(matcher());
  const log = byId('frames-log');
  const list = byId('frames-list');
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  list.append(...wanted.map(frameRow));
  while (list.childElementCount > KEPT) list.firstElementChild.remove();
  if (atEnd) log.scrollTop = log.scrollHeight;
  showNote();
}

function showAll() {
  const log = byId('frames-log');
  byId('frames-list').replaceChildren(...frames.filter(matcher()).map(frameRow));
  log.scrollTop = log.scrollHeight;
  showNote();
}

function showNote() {
  const shown = byId('frames-list').childElementCount;
  byId('frames-empty').hidden = frames.length > 0;
  byId('frames-no-match').hidden = frames.length === 0 || shown > 0;
  const parts = [];
  if (paused) parts.push(held.length === 0 ? 'Paused' : `Paused, ${held.length} new`);
  if (shown < frames.length) parts.push(`${shown} of ${frames.length} match`);
  if (skipped > 0) parts.push(`${skipped.toLocaleString('en')} not shown at this rate`);
  setText(byId('frames-note'), parts.join('. '));
}

/** @returns {(frame: object) => boolean} */
function matcher() {
  const words = byId('frames-filter').value.trim().toLowerCase();
  const direction = byId('frames-direction').value;
  return (frame) => {
    if (direction !== '' && frame.direction !== direction) return false;
    if (words === '') return true;
    return `${frame.name ?? ''} ${frame.agent ?? ''} ${frame.text}`.toLowerCase().includes(words);
  };
}

/** @param {any} frame */
function frameRow(frame) {
  const fromClient = frame.direction === 'in';
  const alarm = /"type"\s*:\s*"(authFailed|error)"/.test(frame.text);
  const text = frame.kind === 'binary' ? `${frame.size} bytes of binary data` : frame.text;
  const row = element(
    'details',
    {},
    element(
      'summary',
      {},
      element('time', {}, clock(frame.at, true)),
      element(
        'span',
        {
          class: 'way',
          role: 'img',
          title: fromClient ? 'From the client' : 'To the client',
          'aria-label': fromClient ? 'from the client' : 'to the client',
        },
        frame.kind === 'close' ? '×' : fromClient ? '←' : '→',
      ),
      element(
        'span',
        { class: 'agent-of', title: `Connection ${frame.connection}` },
        frame.name ?? frame.agent ?? '–',
      ),
      element(
        'span',
        { class: 'line' },
        frame.kind === 'close' ? `connection ${text}` : text.replaceAll('\n', ' '),
      ),
    ),
  );
  // The full text is made when somebody wants to see it.
  row.addEventListener('toggle', () => {
    if (!row.open) return;
    if (row.childElementCount === 1) row.append(element('pre', {}, pretty(frame)));
    row.scrollIntoView({ block: 'nearest' });
  });
  const item = element('li', { class: 'frame' }, row);
  item.dataset.way = frame.direction;
  item.dataset.kind = frame.kind;
  item.dataset.alarm = String(alarm);
  return item;
}

/** @param {any} frame */
function pretty(frame) {
  const facts = `${frame.size} bytes, connection ${frame.connection}${frame.agent ? `, key ${frame.agent}` : ''}\n\n`;
  try {
    return facts + JSON.stringify(JSON.parse(frame.text), null, 2);
  } catch {
    return facts + frame.text;
  }
}
