// @ts-check

/**
 * The element with this id, which the page must have.
 * @param {string} id
 * @returns {any}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
}

/**
 * Makes an element. Text is always set as text, never as HTML.
 * @param {string} tag
 * @param {Record<string, string | boolean | ((event: Event) => void)>} [attributes] functions are
 *   listeners
 * @param {...(Node | string)} children
 * @returns {any}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/**
 * Sets a text only when it differs, so that selections and screen readers are left in peace.
 * @param {Element} target
 * @param {string} text
 */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/**
 * Fills a select with agents, keeping what is chosen where it still exists.
 * @param {HTMLSelectElement} select
 * @param {{ value: string, text: string }[]} options
 */
export function setOptions(select, options) {
  const wanted = JSON.stringify(options);
  if (select.dataset.options === wanted) return;
  const chosen = select.value;
  select.replaceChildren(...options.map(({ value, text }) => element('option', { value }, text)));
  select.dataset.options = wanted;
  if (options.some(({ value }) => value === chosen)) select.value = chosen;
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let toastTimer;

/**
 * Shows a short message for a while.
 * @param {string} text
 * @param {{ bad?: boolean }} [options]
 */
export function toast(text, { bad = false } = {}) {
  const box = byId('toast');
  box.textContent = text;
  box.dataset.bad = String(bad);
  box.dataset.shown = 'true';
  clearTimeout(toastTimer);
  toastTimer = setTimeout(
    () => {
      box.dataset.shown = 'false';
    },
    bad ? 5000 : 2200,
  );
}

/**
 * Runs what a control does, and shows what goes wrong.
 * @param {() => Promise<unknown>} action
 * @returns {Promise<boolean>} whether it worked
 */
export async function attempt(action) {
  try {
    await action();
    return true;
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error), { bad: true });
    return false;
  }
}

/** @param {string} text */
export async function copy(text) {
  await navigator.clipboard.writeText(text);
  toast('Copied.');
}

/**
 * @param {number} at milliseconds since 1970
 * @param {boolean} [withMilliseconds]
 */
export function clock(at, withMilliseconds = false) {
  const date = new Date(at);
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const text = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return withMilliseconds ? `${text}.${String(date.getMilliseconds()).padStart(3, '0')}` : text;
}
