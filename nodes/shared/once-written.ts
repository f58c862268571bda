import type { INodeExecutionData } from 'n8n-workflow';

/**
 * Calls back once n8n has begun to write the items of a new execution to its database, by when the execution has its number, and its
 * place among the others with it. n8n tells a trigger the end of an execution only, which may be days later.
 *
 * The items are as they were after that. Nothing is called when they are never written.
 */
export function onceWritten(outputs: readonly (readonly INodeExecutionData[])[], callback: () => void): void {
  const json = outputs.flat()[0]?.json;
  if (json === undefined) return;
  Object.defineProperty(json, 'toJSON', {
    configurable: true,
    // JSON.stringify looks for it; whatever else walks over the fields does not see it.
    enumerable: false,
    value: () => {
      Reflect.deleteProperty(json, 'toJSON');
      callback();
      return { ...json };
    },
  });
}
