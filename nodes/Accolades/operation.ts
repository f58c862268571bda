import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { NodeRun } from './node-run.ts';

/** Runs one operation for one input item. Returns the JSON of each output item. */
export type Operation = (
  context: IExecuteFunctions,
  itemIndex: number,
  run: NodeRun,
) => Promise<IDataObject[]>;
