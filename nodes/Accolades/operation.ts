import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { NodeRun } from './node-run.ts';

/** An item for one of several outputs. */
interface RoutedItem {
  /** The number of the output, from 0. */
  readonly output: number;
  readonly json: IDataObject;
}

/** Runs one operation for one input item. Returns the JSON of each output item. */
export type Operation = (
  context: IExecuteFunctions,
  itemIndex: number,
  run: NodeRun,
) => Promise<IDataObject[] | RoutedItem>;
