import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

/** Runs one operation for one input item. Gives the JSON of each output item. */
export type Operation = (context: IExecuteFunctions, itemIndex: number) => Promise<IDataObject[]>;
