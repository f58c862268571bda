import type { Node, NodeAPI, NodeMessage } from '@node-red/registry';
import type { Settings } from '../migrations/migrate.ts';
import { environmentOf, settingText, withVariable, type Environment } from './environment.ts';

/**
 * The value of a typed input, such as `msg.payload.phoneNumber`; undefined for a missing property.
 * @throws AccoladesError `INVALID_PARAMETER` for an environment variable that is not set
 */
export async function typedValue(
  util: NodeAPI['util'],
  input: { readonly value: unknown; readonly type: unknown },
  node: Node,
  message: NodeMessage,
): Promise<unknown> {
  const type = typeof input.type === 'string' && input.type !== '' ? input.type : 'str';
  const value = literalOf(input.value, type, environmentOf(util, node));
  if (typeof value !== 'string') return value;
  // An empty field has no value, whatever its type: the runtime throws for an empty property name.
  if (value === '' && type !== 'date') return type === 'str' ? '' : undefined;
  return new Promise((resolve, reject) => {
    util.evaluateNodeProperty(
      value,
      type,
      node,
      message,
      (error: Error | null | undefined, result: unknown) => {
        // The store in memory gives no error as undefined.
        if (error === null || error === undefined) resolve(result);
        // A parent object of the property is missing.
        else if (error instanceof TypeError && PROPERTY_TYPES.has(type)) resolve(undefined);
        else reject(error);
      },
    );
  });
}

/** The field's literal value with its environment variable replaced: text, or another type. */
function literalOf(value: unknown, type: string, environment: Environment): string | number | boolean {
  const found = withVariable(value, environment);
  if (typeof found === 'number' || typeof found === 'boolean') return found;
  return LITERAL_TYPES.has(type)
    ? settingText(found, environment, 'INVALID_PARAMETER')
    : typeof found === 'string'
      ? found
      : '';
}

/**
 * The value of the typed input with the text in the setting `name` and the type in `<name>Type`.
 */
export function typedSetting(
  util: NodeAPI['util'],
  settings: Settings,
  name: string,
  node: Node,
  message: NodeMessage,
): Promise<unknown> {
  return typedValue(util, { value: settings[name], type: settings[`${name}Type`] }, node, message);
}

const PROPERTY_TYPES: ReadonlySet<string> = new Set(['msg', 'flow', 'global']);
/** Types whose field holds the value itself, not the name of a property. */
const LITERAL_TYPES: ReadonlySet<string> = new Set(['str', 'num']);
