import type { Settings } from '../migrations/migrate.ts';
import type { EditorNode, Query, TypedInputType } from './editor-api.ts';

/** Shows the defaults of settings that a hand-written node lacks. Call it first in the dialog. */
export function showDefaults($: Query, node: EditorNode, defaults: Settings): void {
  for (const [name, value] of Object.entries(defaults)) {
    if (node[name] !== undefined) continue;
    if (typeof value === 'string') $(`#node-input-${name}`).val(value);
    else if (typeof value === 'boolean') $(`#node-input-${name}`).prop('checked', value);
  }
}

/**
 * Turns `#node-input-<name>` into a typed input whose type is stored in `#node-input-<name>Type`.
 * @param types the first one is the default
 */
export function typedField($: Query, name: string, types: readonly TypedInputType[]): void {
  const [first = 'str'] = types;
  $(`#node-input-${name}`).typedInput({
    default: typeof first === 'string' ? first : first.value,
    types,
    typeField: `#node-input-${name}Type`,
  });
}
