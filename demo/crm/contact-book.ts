import { DatabaseSync } from 'node:sqlite';
import type { SQLOutputValue } from 'node:sqlite';
import type { CallDirection, Contact, LastCall, NewContact } from './contact.ts';

const schema = `
  CREATE TABLE IF NOT EXISTS contacts (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    company TEXT NOT NULL,
    phone TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    notes TEXT NOT NULL,
    last_call_at TEXT,
    last_call_direction TEXT CHECK (last_call_direction IN ('incoming', 'outgoing')),
    last_call_agent TEXT,
    calls INTEGER NOT NULL DEFAULT 0
  ) STRICT`;

/** The CRM's contacts, in an SQLite database. */
export class ContactBook {
  readonly #database: DatabaseSync;

  /**
   * @param file the database file, or `:memory:`
   * @param seed contacts for an empty database
   */
  constructor(file: string, seed: readonly NewContact[] = []) {
    this.#database = new DatabaseSync(file);
    this.#database.exec(schema);
    if (this.all().length === 0) for (const contact of seed) this.add(contact);
  }

  all(): Contact[] {
    return this.#database.prepare('SELECT * FROM contacts ORDER BY id').all().map(contactFrom);
  }

  /** The contacts with exactly this number, in E.164: one or none. */
  findByPhone(phone: string): Contact[] {
    return this.#database.prepare('SELECT * FROM contacts WHERE phone = ?').all(phone).map(contactFrom);
  }

  /** Adds a contact, or returns the existing one with this number. */
  add(contact: NewContact): Contact {
    const { name, company, phone, owner, notes } = contact;
    this.#database
      .prepare(
        'INSERT INTO contacts (name, company, phone, owner, notes) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      )
      .run(name, company, phone, owner, notes);
    const [added] = this.findByPhone(phone);
    if (!added) throw new Error('The contact was not stored.');
    return added;
  }

  /** Records a call with a contact. @returns the updated contact; `undefined` for an unknown id */
  noteCall(id: number, call: LastCall): Contact | undefined {
    const row = this.#database
      .prepare(
        `UPDATE contacts
         SET last_call_at = ?, last_call_direction = ?, last_call_agent = ?, calls = calls + 1
         WHERE id = ? RETURNING *`,
      )
      .get(call.at, call.direction, call.agent, id);
    return row && contactFrom(row);
  }

  /** Closes the database. Idempotent. */
  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

function contactFrom(row: Record<string, SQLOutputValue>): Contact {
  return {
    id: Number(row['id']),
    name: text(row['name']),
    company: text(row['company']),
    phone: text(row['phone']),
    owner: text(row['owner']),
    notes: text(row['notes']),
    lastCallAt: textOrNull(row['last_call_at']),
    lastCallDirection: directionOrNull(row['last_call_direction']),
    lastCallAgent: textOrNull(row['last_call_agent']),
    calls: Number(row['calls']),
  };
}

function text(value: SQLOutputValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function textOrNull(value: SQLOutputValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function directionOrNull(value: SQLOutputValue | undefined): CallDirection | null {
  return value === 'incoming' || value === 'outgoing' ? value : null;
}
