export type CallDirection = 'incoming' | 'outgoing';

/** A person or company in the CRM. */
export interface Contact {
  id: number;
  name: string;
  company: string;
  /** E.164, e.g. `+40211234567`. */
  phone: string;
  /** The employee responsible for this contact. */
  owner: string;
  notes: string;
  /** ISO 8601; `null` before the first call. */
  lastCallAt: string | null;
  lastCallDirection: CallDirection | null;
  /** The agent of the last call. */
  lastCallAgent: string | null;
  /** The number of calls. */
  calls: number;
}

export type NewContact = Pick<Contact, 'name' | 'company' | 'phone' | 'owner' | 'notes'>;

/** A call as the CRM records it with a contact. */
export interface LastCall {
  /** ISO 8601 */
  at: string;
  direction: CallDirection;
  agent: string | null;
}
