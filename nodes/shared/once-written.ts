import type { INodeExecutionData } from 'n8n-workflow';

/**
 * * Calls back when n8n is saving the execution that these items start: from here on its order is
 * fixed. n8n itself tells a trigger only the end of an execution, which may be days later. The
 * items are unchanged after that.
 * @returns takes the items back, so that n8n cannot save them any more; without effect once it is
 *   saving
 */
export function onceWritten(
  outputs: readonly (readonly INodeExecutionData[])[],
  callback: () => void,
): () => void {
  const json = outputs.flat()[0]?.json;
  if (json === undefined) return () => undefined;
  let takenBack = false;
  // JSON.stringify looks for it; whatever else walks over the fields does not see it.
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
