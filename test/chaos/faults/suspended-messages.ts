import { readFields, readText } from '../support/read.ts';

/** Messages of the suspended process. */
export type ClientMessage =
  | { readonly kind: 'state'; readonly agent: string; readonly state: string }
  | { readonly kind: 'call'; readonly agent: string; readonly uniqueId: string }
  | { readonly kind: 'failure'; readonly text: string };

export function readClientMessage(message: unknown): ClientMessage {
  const fields = readFields(message);
  switch (fields['kind']) {
    case 'state':
      return { kind: 'state', agent: readText(fields, 'agent'), state: readText(fields, 'state') };
    case 'call':
      return { kind: 'call', agent: readText(fields, 'agent'), uniqueId: readText(fields, 'uniqueId') };
    case 'failure':
      return { kind: 'failure', text: readText(fields, 'text') };
    default:
      throw new Error('This is nothing that the client says.');
  }
}
