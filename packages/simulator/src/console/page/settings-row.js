// @ts-check
import { element } from './dom.js';

/**
 * One setting: a switch, a number or a text, with what it does.
 * @typedef {object} Setting
 * @property {string} name
 * @property {string} label
 * @property {string} [note]
 * @property {'switch' | 'number' | 'text' | 'select'} control
 * @property {string} [unit] of a number
 * @property {number} [min] of a number
 * @property {number} [max] of a number
 * @property {string} [placeholder] of a text
 * @property {string[]} [suggestions] of a text
 * @property {string[]} [choices] of a select
 */

/**
 * @param {Setting} setting
 * @param {(value: boolean | number | string) => void} onChange
 */
export function settingsRow(setting, onChange) {
  const what = element('span', { class: 'what' }, setting.label);
  if (setting.note) what.append(element('small', {}, setting.note));
  const input = makeInput(setting);
  input.addEventListener('change', () => {
    if (setting.control === 'switch') onChange(input.checked);
    else if (setting.control === 'number') {
      if (input.reportValidity()) onChange(Number(input.value || 0));
    } else onChange(input.value);
  });
  const root = element('label', { class: 'fault' }, what, input);
  if (setting.unit) root.append(element('span', { class: 'unit' }, setting.unit));
  if (setting.suggestions) {
    const id = `suggestions-${setting.name}`;
    input.setAttribute('list', id);
    root.append(
      element('datalist', { id }, ...setting.suggestions.map((value) => element('option', { value }))),
    );
  }
  return {
    root,
    input,
    /** @param {boolean | number | string} value */
    show(value) {
      if (setting.control === 'switch') input.checked = value === true;
      else if (document.activeElement !== input) {
        input.value = value === 0 && setting.min === undefined ? '' : String(value);
      }
    },
  };
}

/** @param {Setting} setting */
function makeInput(setting) {
  switch (setting.control) {
    case 'switch':
      return element('input', { type: 'checkbox', role: 'switch' });
    case 'number':
      return element('input', {
        type: 'number',
        min: String(setting.min ?? 0),
        max: String(setting.max ?? 3_600_000),
        step: '1',
        placeholder: 'off',
      });
    case 'select':
      return element(
        'select',
        {},
        ...(setting.choices ?? []).map((value) => element('option', { value }, value)),
      );
    default:
      return element('input', {
        type: 'text',
        maxlength: '200',
        autocomplete: 'off',
        spellcheck: 'false',
        placeholder: setting.placeholder ?? '',
      });
  }
}
