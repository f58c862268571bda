// @ts-check
import { post } from './api.js';
import { attempt, byId, element } from './dom.js';

export function startIvr() {
  const form = byId('ivr-form');
  form.addEventListener('submit', (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    void run(form.elements);
  });
}

/** @param {any} form its elements */
async function run({ url, method, callerId, variables, wait, json }) {
  const button = byId('ivr-button');
  button.disabled = true;
  await attempt(async () => {
    show(
      await post('api/ivr', {
        url: url.value,
        method: method.value,
        callerId: callerId.value,
        variables: readVariables(variables.value),
        waitForConfirmation: wait.checked,
        jsonResponse: json.checked,
      }),
    );
  });
  button.disabled = false;
}

/**
 * @param {string} text
 * @throws {Error} for a line that is no variable
 */
function readVariables(text) {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=');
      if (at < 1) throw new Error('Write each variable as name=value.');
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}

/** @param {any} result */
function show(result) {
  const took = `${Math.round(result.durationMs)} ms`;
  byId('ivr-result').textContent =
    result.problem ??
    (result.status === null ? 'Sent; no answer is waited for.' : `Status ${result.status}.`);
  if (result.status !== null || result.problem) byId('ivr-result').append(` After ${took}.`);
  byId('ivr-variables').replaceChildren(
    ...Object.entries(result.variables).map(([name, value]) =>
      element(
        'li',
        {},
        element('span', { class: 'muted' }, result.imported.includes(name) ? 'from answer' : 'unchanged'),
        element('b', {}, name),
        element('span', {}, String(value)),
      ),
    ),
  );
  const body = byId('ivr-body');
  body.hidden = result.body === '';
  body.textContent = result.body;
}
