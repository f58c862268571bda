import type { Node, NodeAPI, NodeMessage } from '@node-red/registry';
import type { Settings } from '../migrations/migrate.ts';

/** The value of a typed input, such as `msg.payload.phoneNumber`; undefined where a property is not there. */
export async function typedValue(
  util: Pick<NodeAPI['util'], 'evaluateNodeProperty'>,
  input: { readonly value: unknown; readonly type: unknown },
  node: Node,
  message: NodeMessage,
): Promise<unknown> {
  const type = typeof input.type === 'string' && input.type !== '' ? input.type : 'str';
  // A variable of the flow that is a number, which the runtime has put in place of its name.
  if (typeof input.value === 'number' || typeof input.value === 'boolean') return input.value;
  const value = typeof input.value === 'string' ? input.value : '';
  // Nothing typed is nothing given, whatever the type; an empty property name is an error to the runtime.
  if (value === '' && type !== 'date') return type === 'str' ? '' : undefined;
  return new Promise((resolve, reject) => {
    util.evaluateNodeProperty(value, type, node, message, (error: Error | null, result: unknown) => {
      if (error === null) resolve(result);
      // Something on the way to the property is not there.
      else if (error instanceof TypeError && PROPERTY_TYPES.has(type)) resolve(undefined);
      else reject(error);
    });
  });
}

/** The value of the typed input whose text is the setting `name` and whose type is the setting `<name>Type`. */
export function typedSetting(
  util: Pick<NodeAPI['util'], 'evaluateNodeProperty'>,
  settings: Settings,
  name: string,
  node: Node,
  message: NodeMessage,
): Promise<unknown> {
  return typedValue(util, { value: settings[name], type: settings[`${name}Type`] }, node, message);
}

const PROPERTY_TYPES: ReadonlySet<string> = new Set(['msg', 'flow', 'global']);
