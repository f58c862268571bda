// @ts-check
import { post } from './api.js';
import { attempt, byId, setOptions } from './dom.js';
import { phoneName } from './life-form.js';

const LEG_STATES = { ringing: 'rings', dialling: 'dials', talking: 'talks' };

/** What the buttons do with the chosen call. */
const COMMANDS = {
  'life-answer': () => ['answer', { deviceId: phone() }],
  'life-refuse': () => ['refuse', { deviceId: phone() }],
  'life-hang-up': () => ['hang-up', { deviceId: phone() }],
  'life-transfer': () => ['transfer', { to: byId('life-transfer-to').value, attended: false }],
  'life-ask': () => ['transfer', { to: byId('life-transfer-to').value, attended: true }],
  'life-complete': () => ['complete-transfer', {}],
};

/**
 * @param {() => string | null} chosen the call
 * @param {(id: string) => void} onStarted called with a redialled call
 */
export function startControls(chosen, onStarted) {
  const path = (/** @type {string} */ name) => `api/lives/${encodeURIComponent(chosen() ?? '')}/${name}`;
  for (const [id, command] of Object.entries(COMMANDS)) {
    byId(id).addEventListener('click', () => {
      const [name, body] = /** @type {[string, object]} */ (command());
      void attempt(() => post(path(name), body));
    });
  }
  byId('life-redial').addEventListener(
    'click',
    () => void attempt(async () => onStarted((await post(path('redial'))).id)),
  );
}

/** The phone that the buttons are for; empty: whichever comes first. */
function phone() {
  return byId('life-leg').value;
}

/**
 * @param {any} call
 * @param {any[]} phones of the PBX
 */
export function showControls(call, phones) {
  /** @type {any[]} */
  const open = (call?.legs ?? []).filter((/** @type {any} */ leg) => leg.state !== 'ended');
  const isOver = !call || call.state === 'ended';
  const isRinging = open.some((leg) => leg.state === 'ringing') || call?.state === 'ringingDestination';
  const talking = open.filter((leg) => leg.state === 'talking');
  const isAsking = open.length > 1 && call?.kind !== 'internal' && call?.state === 'answered';
  byId('life-answer').disabled = !isRinging;
  byId('life-refuse').disabled = !isRinging;
  byId('life-hang-up').disabled = isOver;
  byId('life-transfer').disabled = talking.length === 0 || isAsking;
  byId('life-ask').disabled = talking.length === 0 || isAsking;
  byId('life-complete').disabled = !(isAsking && talking.length > 1);
  byId('life-redial').disabled = !call;
  setOptions(byId('life-leg'), [
    { value: '', text: isOver ? 'no phone' : 'whichever comes first' },
    ...open.map((leg) => ({
      value: leg.deviceId,
      text: `${phoneName(leg.deviceId)}: ${LEG_STATES[/** @type {'ringing'} */ (leg.state)]}`,
    })),
  ]);
  const used = new Set(open.map((leg) => leg.deviceId));
  setOptions(
    byId('life-transfer-to'),
    phones
      .filter(({ deviceId }) => !used.has(deviceId))
      .map(({ deviceId }) => ({ value: deviceId, text: phoneName(deviceId) })),
  );
}
