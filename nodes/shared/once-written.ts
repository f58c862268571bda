import type { INodeExecutionData } from 'n8n-workflow';

/**
 * Calls back when n8n saves the execution that these items start; from then on its order is fixed.
 * n8n itself reports only the end of an execution, which may be days later. The items do not change
 * after that.
 * @returns withdraws the items, so that n8n cannot save them; no effect once n8n is saving
 */
export function onceWritten(
  outputs: readonly (readonly INodeExecutionData[])[],
  callback: () => void,
): () => void {
  const json = outputs.flat()[0]?.json;
  if (json === undefined) return () => undefined;
  let takenBack = false;
  // JSON.stringify calls toJSON; code that enumerates the fields does not see it.
  Object.defineProperty(json, 'toJSON', {
    configurable: true,
    enumerable: false,
    value: () => {
      if (takenBack) throw new Error('Accolades: this event is not used any more, it was passed on again.');
      Reflect.deleteProperty(json, 'toJSON');
      callback();
      return { ...json };
    },
  });
  return () => {
    takenBack = true;
  };
}
