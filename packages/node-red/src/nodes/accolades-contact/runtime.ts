import {
  parseCountry,
  readFieldNames,
  readPhoneForms,
  type ContactIndex,
  type ContactMatch,
} from '@accolades-flow/core';
import type { Node, NodeAPI, NodeDef, NodeMessage } from '@node-red/registry';
import { migrate, type Settings } from '../../migrations/migrate.ts';
import { answerMessages, type Answering, type Outputs } from '../../runtime/answer-messages.ts';
import { environmentOf, settingReader } from '../../runtime/environment.ts';
import { failureOf } from '../../runtime/failure.ts';
import { invalidParameter } from '../../runtime/invalid-parameter.ts';
import { errorStatus, shorten, type NodeStatus } from '../../runtime/node-status.ts';
import { createTexts, type Texts } from '../../runtime/texts.ts';
import { typedSetting } from '../../runtime/typed-value.ts';
import { ContactMemory } from './contact-memory.ts';
import { contactMigrations } from './migrations.ts';
import english from './locales/en-US.json' with { type: 'json' };

/** The node `accolades-contact`: finds who has a number, or lists the ways to write it. */
export default function registerContact(RED: NodeAPI): void {
  const texts = createTexts(RED, english);

  function Contact(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const settings = migrate({ ...config }, contactMigrations);
    answerMessages(this, new ContactWork(this, texts, RED.util, settings));
  }

  RED.nodes.registerType('accolades-contact', Contact);
}

/** The work of a contact node while it is deployed. */
class ContactWork implements Answering {
  readonly #node: Node;
  readonly #texts: Texts;
  readonly #util: NodeAPI['util'];
  readonly #settings: Settings;
  readonly #memory = new ContactMemory();
  #ended = false;

  constructor(node: Node, texts: Texts, util: NodeAPI['util'], settings: Settings) {
    this.#node = node;
    this.#texts = texts;
    this.#util = util;
    this.#settings = settings;
  }

  /** Shows invalid settings in the status. */
  begin(): void {
    try {
      parseCountry(this.#text('country'));
      if (this.#task() === 'find') readFieldNames(this.#text('numberFields'));
      this.#show({});
    } catch (error) {
      this.#show(errorStatus(error, this.#texts));
    }
  }

  /** @throws AccoladesError */
  async handle(message: NodeMessage): Promise<Outputs> {
    const task = this.#task();
    const phoneNumber = await this.#value('phoneNumber', message);
    return task === 'parse' ? this.#parse(message, phoneNumber) : this.#find(message, phoneNumber);
  }

  /** Shows the reason in the status, and returns the error for Catch nodes. */
  failed(error: unknown): Error {
    this.#show(errorStatus(error, this.#texts));
    return failureOf(error, this.#texts);
  }

  /** Idempotent, never throws. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#memory.clear();
    this.#node.status({});
  }

  #parse(message: NodeMessage, phoneNumber: unknown): NodeMessage {
    const { phone, forms } = readPhoneForms(phoneNumber, this.#text('country'));
    this.#show({
      fill: phone === null ? 'grey' : 'green',
      shape: 'dot',
      text: phone === null ? this.#texts('accolades-contact.status.notPublic') : shorten(phone.national),
    });
    return Object.assign(message, { phone, forms });
  }

  async #find(message: NodeMessage, phoneNumber: unknown): Promise<Outputs> {
    const index = await this.#index(message);
    const { match, contact, contacts } = index.find(phoneNumber);
    this.#show(this.#statusOf({ match, contact, contacts }, index));
    // Copies, because flows may change messages, and these contacts are in their context.
    const copies = contacts.map((found) => copyOf(this.#util, found));
    const answer = Object.assign(message, {
      match,
      contact: copies.length === 1 ? copies[0] : null,
      contacts: copies,
    });
    if (match === null) return [null, null, answer];
    return copies.length === 1 ? [answer, null, null] : [null, answer, null];
  }

  async #index(message: NodeMessage): Promise<ContactIndex> {
    const type = this.#settings['contactsType'];
    const { index, isNew } = this.#memory.indexOf({
      // JSON stays text, so that the same text is recognized.
      contacts:
        type === 'text'
          ? this.#settings['contactsText']
          : type === 'json'
            ? this.#settings['contacts']
            : await this.#value('contacts', message),
      numberFields: this.#text('numberFields'),
      country: this.#text('country'),
    });
    if (isNew) {
      this.#show({ fill: 'yellow', shape: 'ring', text: this.#texts('accolades-contact.status.reading') });
    }
    const built = await index;
    if (isNew && built.contactCount > 0 && built.numberCount === 0) {
      this.#node.warn(this.#texts('accolades-contact.log.noNumbers'));
    }
    return built;
  }

  #statusOf({ match, contacts }: ContactMatch, index: ContactIndex): NodeStatus {
    const text = (key: string): string =>
      this.#texts(`accolades-contact.status.${key}`, { count: contacts.length });
    if (index.contactCount === 0) return { fill: 'yellow', shape: 'ring', text: text('noContacts') };
    if (index.numberCount === 0) return { fill: 'yellow', shape: 'ring', text: text('noNumbers') };
    if (match === null) return { fill: 'grey', shape: 'dot', text: text('notFound') };
    if (contacts.length > 1) return { fill: 'blue', shape: 'dot', text: text('several') };
    return { fill: 'green', shape: 'dot', text: text(match) };
  }

  #task(): 'find' | 'parse' {
    const { task } = this.#settings;
    if (task === 'find' || task === 'parse') return task;
    throw invalidParameter(this.#texts('accolades-contact.error.task'));
  }

  #value(name: string, message: NodeMessage): Promise<unknown> {
    return typedSetting(this.#util, this.#settings, name, this.#node, message);
  }

  #text(name: string): string {
    return settingReader(this.#settings, environmentOf(this.#util, this.#node))(name);
  }

  #show(status: NodeStatus): void {
    if (!this.#ended) this.#node.status(status);
  }
}

function copyOf(util: NodeAPI['util'], contact: unknown): unknown {
  return util.cloneMessage({ payload: contact }).payload;
}
