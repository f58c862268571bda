// @ts-check
import { byId, clock, element, setText } from './dom.js';
import { phoneName } from './life-form.js';

/** Texts for the events of a timeline, and what they are about. */
const EVENTS = {
  started: ['Started', 'call'],
  waiting: ['Waits', 'call'],
  deviceRinging: ['Device rings', 'ring'],
  deviceBusy: ['Device is busy', 'end'],
  deviceAnswered: ['Device answered', 'talk'],
  deviceStopped: ['Stopped ringing', 'end'],
  deviceHungUp: ['Device hung up', 'end'],
  destinationRinging: ['Other party rings', 'ring'],
  agentNotified: ['Agent’s client told', 'told'],
  answered: ['Answered', 'talk'],
  transferStarted: ['Transfer', 'call'],
  transferCompleted: ['Handed over', 'talk'],
  durationLimitReached: ['Limit reached', 'call'],
  extended: ['Extended', 'call'],
  notificationSent: ['Notification', 'told'],
  notificationAnswered: ['Endpoint answered', 'told'],
  notificationFailed: ['Endpoint failed', 'bad'],
  ended: ['Ended', 'end'],
};

/** @param {any} call */
export function showTimeline(call) {
  byId('life-none').hidden = Boolean(call);
  setText(byId('life-title'), call ? `Timeline of ${call.id}` : 'Timeline');
  showLanes(call);
  const list = byId('life-timeline');
  const key = keyOf(call);
  if (list.dataset.shown === key) return;
  list.dataset.shown = key;
  list.replaceChildren(...(call?.timeline ?? []).map(entryRow));
  list.scrollTop = list.scrollHeight;
}

/**
 * Changes with each step of a call; a long timeline keeps its length.
 * @param {any} call
 */
function keyOf(call) {
  return call ? `${call.id} ${call.timeline.length} ${call.timeline.at(-1)?.at}` : '';
}

/** @param {any} entry */
function entryRow({ at, event, deviceId, text }) {
  const [title, about] = EVENTS[/** @type {'ended'} */ (event)] ?? [event, 'call'];
  return element(
    'li',
    { 'data-about': about },
    element('time', {}, clock(at, true)),
    element('span', { class: 'lane-phone' }, deviceId ?? ''),
    element('b', {}, title),
    element('span', {}, text),
  );
}

/**
 * Each phone as a bar: how long it rang and talked, on the time of the whole call.
 * @param {any} call
 */
function showLanes(call) {
  const lanes = byId('life-lanes');
  const key = keyOf(call);
  if (lanes.dataset.shown === key) return;
  lanes.dataset.shown = key;
  if (!call) {
    lanes.replaceChildren();
    return;
  }
  // A call that goes on is drawn up to its latest event.
  const end = call.endedAt ?? call.timeline.at(-1)?.at ?? call.startedAt;
  const scale = { from: call.startedAt, length: Math.max(1, end - call.startedAt) };
  lanes.replaceChildren(...call.legs.map((/** @type {any} */ leg) => lane(leg, end, scale)));
}

/**
 * @param {any} leg
 * @param {number} callEnd
 * @param {{ from: number, length: number }} scale
 */
function lane(leg, callEnd, scale) {
  const end = leg.endedAt ?? callEnd;
  const rangUntil = leg.answeredAt ?? end;
  const verb = leg.role === 'calling' ? 'dialled' : 'rang';
  const rang = `${verb} ${seconds(rangUntil - leg.startedAt)}`;
  const talked = leg.answeredAt === null ? '' : `, talked ${seconds(end - leg.answeredAt)}`;
  const track = element('span', { class: 'lane-track' }, bar('ring', leg.startedAt, rangUntil, scale));
  if (leg.answeredAt !== null) track.append(bar('talk', leg.answeredAt, end, scale));
  return element(
    'li',
    {},
    element('span', { class: 'lane-name' }, phoneName(leg.deviceId)),
    track,
    element('span', { class: 'lane-text' }, `${rang}${talked}`),
  );
}

/**
 * @param {string} about
 * @param {number} from
 * @param {number} to
 * @param {{ from: number, length: number }} scale
 */
function bar(about, from, to, scale) {
  const made = element('span', { 'data-about': about });
  made.style.left = `${((from - scale.from) / scale.length) * 100}%`;
  made.style.width = `${((to - from) / scale.length) * 100}%`;
  return made;
}

/** @param {number} ms */
function seconds(ms) {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}
