import { AccoladesError, ContactIndex, readPhoneForms, type ContactMatch } from '@accolades-flow/core';
import { systemClock } from '@accolades-flow/core/node';
import { deepCopy, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import { asRecord } from '../shared/parameters.ts';
import type { NodeRun } from './node-run.ts';
import type { Operation } from './operation.ts';
import { isTool } from './tool-error.ts';

/** Adds `phone` and `forms` to the item. */
export const parse: Operation = (context, itemIndex) => {
  const { country } = asRecord(context.getNodeParameter('parseOptions', itemIndex, {}));
  const { phone, forms } = readPhoneForms(context.getNodeParameter('phoneNumber', itemIndex, ''), country);
  return Promise.resolve([
    { ...itemOf(context, itemIndex), phone: phone && { ...phone }, forms: [...forms] },
  ]);
};

const OUTPUT = { found: 0, several: 1, notFound: 2 } as const;

/**
 * Adds `match`, `contact` and `contacts` to the item, and places it on the output of the result.
 */
export const findContact: Operation = async (context, itemIndex, run) => {
  const index = await indexOf(context, run);
  const found = index.find(context.getNodeParameter('phoneNumber', itemIndex, ''));
  // Copies, because the next nodes may change an item.
  const contacts = deepCopy([...found.contacts]).map((contact) => dataOf(contact));
  const contact = contacts.length === 1 ? (contacts[0] ?? null) : null;
  const json: IDataObject = { ...itemOf(context, itemIndex), match: found.match, contact, contacts };
  return isTool(context.getNode()) ? [json] : { output: outputOf(found), json };
};

function outputOf({ match, contacts }: ContactMatch): number {
  if (match === null) return OUTPUT.notFound;
  return contacts.length === 1 ? OUTPUT.found : OUTPUT.several;
}

function itemOf(context: IExecuteFunctions, itemIndex: number): IDataObject {
  return context.getInputData()[itemIndex]?.json ?? {};
}

/** A contact that is only a number becomes an object, as n8n's editor expects it. */
function dataOf(contact: unknown): IDataObject {
  return typeof contact === 'object' && contact !== null ? { ...contact } : { phoneNumber: String(contact) };
}

/** The contacts are the same for all items of a run. */
const indexes = new WeakMap<NodeRun, Promise<ContactIndex>>();

function indexOf(context: IExecuteFunctions, run: NodeRun): Promise<ContactIndex> {
  let index = indexes.get(run);
  if (index === undefined) {
    index = buildIndex(context, run);
    indexes.set(run, index);
  }
  return index;
}

async function buildIndex(context: IExecuteFunctions, run: NodeRun): Promise<ContactIndex> {
  const { numberFields, country } = asRecord(context.getNodeParameter('findOptions', 0, {}));
  const index = await ContactIndex.build(contactsOf(context), { numberFields, country, clock: systemClock });
  if (index.contactCount === 0) {
    run.hint('There are no contacts, so that none is found. Look at what this node gets as contacts.');
  } else if (index.numberCount === 0) {
    run.hint(
      'No field with phone numbers was found in the contacts. Write the names of these fields into the option Number Fields.',
    );
  }
  return index;
}

function contactsOf(context: IExecuteFunctions): unknown {
  switch (context.getNodeParameter('contactsFrom', 0)) {
    case 'json':
      return context.getNodeParameter('contactsJson', 0);
    case 'text':
      return context.getNodeParameter('contactsText', 0);
    default:
      if (isTool(context.getNode())) {
        throw new AccoladesError('INVALID_PARAMETER', {
          what: 'Choose JSON or Text in Contacts From: a tool of an AI agent has no second input.',
        });
      }
      return context.getInputData(1).map(({ json }) => json);
  }
}
