import type { Query, TypedInputType } from './editor-api.ts';

/**
 * Makes a typed input of `#node-input-<name>`, whose type is kept in `#node-input-<name>Type`.
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

/** Where a value can come from, besides text. */
export const DYNAMIC_TYPES: readonly string[] = ['msg', 'flow', 'global', 'env', 'jsonata'];
