interface Parameters {
  readonly resource?: string;
  readonly operation?: string;
  readonly contactsFrom?: string;
}

/** An input or output as n8n's editor shows it. */
interface Connection {
  readonly type: 'main';
  readonly displayName?: string;
}

/**
 * The inputs that the editor shows. n8n evaluates the text of this function in an expression, so it
 * must not use anything outside itself.
 */
export const configuredInputs = ({ resource, operation, contactsFrom }: Parameters): Connection[] =>
  resource === 'phoneNumber' && operation === 'findContact' && contactsFrom === 'input'
    ? [
        { type: 'main', displayName: 'Call' },
        { type: 'main', displayName: 'Contacts' },
      ]
    : [{ type: 'main' }];

/** The outputs that the editor shows; see {@link configuredInputs}. */
export const configuredOutputs = ({ resource, operation }: Parameters): Connection[] =>
  resource === 'phoneNumber' && operation === 'findContact'
    ? [
        { type: 'main', displayName: 'Found' },
        { type: 'main', displayName: 'Several' },
        { type: 'main', displayName: 'Not Found' },
      ]
    : [{ type: 'main' }];
