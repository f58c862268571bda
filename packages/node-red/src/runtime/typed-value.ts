import type { Node, NodeAPI, NodeMessage } from '@node-red/registry';
import type { Settings } from '../migrations/migrate.ts';
import { environmentOf, settingText, withVariable, type Environment } from './environment.ts';

/**
 * The value of a typed input, such as `msg.payload.phoneNumber`; undefined where a property is not
 * there.
 * @throws AccoladesError `INVALID_PARAMETER` when it is an environment variable that is not set
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
  // An empty field gives nothing, whatever its type: the runtime throws for an empty property name.
  if (value === '' && type !== 'date') return type === 'str' ? '' : undefined;
  return new Promise((resolve, reject) => {
    util.evaluateNodeProperty(value, type, node, message, (error: Error | null, result: unknown) => {
      if (error === null) resolve(result);
      // An object on the way to the property is missing.
      else if (error instanceof TypeError && PROPERTY_TYPES.has(type)) resolve(undefined);
      else reject(error);
    });
  });
}

/**
 * What the field holds, its environment variable replaced: a text, or a variable of another type.
 */
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
 * The value of the typed input whose text is the setting `name` and whose type is the setting
 * `<name>Type`.
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
/** The types whose field is the value itself, not the name of a property. */
const LITERAL_TYPES: ReadonlySet<string> = new Set(['str', 'num']);
