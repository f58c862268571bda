// @ts-check

/**
 * Sends a command to the simulator.
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>} the answer
 * @throws {Error} with a sentence for the person
 */
export async function post(path, body = {}) {
  return request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/**
 * @param {string} path
 * @returns {Promise<any>}
 */
export async function get(path) {
  return request(path, {});
}

/**
 * @param {string} path
 * @param {RequestInit} options
 */
async function request(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error('The simulator does not answer.');
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? `The simulator answered ${response.status}.`);
  return answer;
}

/**
 * Listens to live updates; the browser reconnects by itself.
 * @param {{ onState: (state: object) => void, onFrames: (frames: { entries: object[], skipped:
 *   number }) => void, onConnection: (up: boolean) => void }} listeners
 */
export function listen({ onState, onFrames, onConnection }) {
  const events = new EventSource('api/events');
  events.addEventListener('open', () => onConnection(true));
  events.addEventListener('error', () => onConnection(false));
  events.addEventListener('state', (event) => onState(JSON.parse(event.data)));
  events.addEventListener('frames', (event) => onFrames(JSON.parse(event.data)));
}
