import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { isObject, optionalString } from '../../hosts/guards.ts';
import { ownComputerOnly } from '../own-computer.ts';
import { showPage, showPolicy } from '../show/show-page.ts';
import type { ShowPane } from '../show/show-page.ts';
import { ContactBook } from './contact-book.ts';
import type { LastCall, NewContact } from './contact.ts';
import { readFlowMessage } from './flow-message.ts';
import type { FlowMessage } from './flow-message.ts';
import { LiveUpdates } from './live-updates.ts';
import { seedContacts } from './seed-contacts.ts';

/** A message in the channel that replaces Slack. */
export interface ChannelMessage {
  id: number;
  /** Milliseconds since 1970. */
  at: number;
  text: string;
  /** Slack's Block Kit blocks, if the flow sent any. */
  blocks: unknown[];
}

export interface PageLink {
  label: string;
  url: string;
}

export interface CrmOptions {
  /** The TCP port on the loopback address; 0: a free one. */
  port: number;
  /** The SQLite file, or `:memory:`. */
  file: string;
  /**
   * Whether the flow posts to a real Slack instead of this server; the page shows it. Default
   * false.
   */
  realSlack?: boolean;
}

/** How many Slack messages and flow messages are kept for pages opened later. */
const kept = 100;

/** The files of the pages, by their route. */
const pageFiles: Readonly<Record<string, string>> = {
  '/': 'page/index.html',
  // Shared with the simulator's console, so that both look like one product.
  '/icon.svg': '../../packages/simulator/src/console/page/icon.svg',
  '/tokens.css': '../../packages/simulator/src/console/page/style/tokens.css',
  '/page.css': 'page/page.css',
  '/page.js': 'page/page.js',
  '/mrkdwn.js': 'page/mrkdwn.js',
  '/show/show.css': '../show/page/show.css',
  '/show/show.js': '../show/page/show.js',
  '/show/n8n-workflow.png': '../n8n/workflow.png',
};

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/**
 * A small CRM with a REST interface, a replacement for Slack's incoming webhook, and a page that
 * shows both live.
 */
export class Crm extends EventEmitter<{ flowMessage: [FlowMessage] }> {
  readonly contacts: ContactBook;
  /** Shown at the top of the page. */
  links: readonly PageLink[] = [];
  /** Shown side by side at `/show` once everything runs. */
  panes: readonly ShowPane[] = [];
  readonly #server: FastifyInstance;
  readonly #updates = new LiveUpdates();
  readonly #realSlack: boolean;
  readonly #channel: ChannelMessage[] = [];
  readonly #flowMessages: FlowMessage[] = [];
  #nextId = 1;
  #url = '';
  #closing: Promise<void> | undefined;

  private constructor(options: CrmOptions) {
    super();
    this.contacts = new ContactBook(options.file, seedContacts);
    this.#realSlack = options.realSlack ?? false;
    this.#server = Fastify({ forceCloseConnections: true });
    this.#server.addHook('onRequest', (request, reply, done) => {
      // A refused request is answered here and goes no further.
      ownComputerOnly(request.raw, reply.raw, done);
    });
    this.#servePage();
    this.#serveContacts();
    this.#serveMessages();
  }

  /** Starts the server. @throws the error of the listening socket, for example `EADDRINUSE` */
  static async start(options: CrmOptions): Promise<Crm> {
    const crm = new Crm(options);
    try {
      crm.#url = await crm.#server.listen({ host: '127.0.0.1', port: options.port });
    } catch (error) {
      await crm.close();
      throw error;
    }
    return crm;
  }

  /** The address without a trailing slash: `http://127.0.0.1:14390`. */
  get url(): string {
    return this.#url;
  }

  /** Closes the server, its connections and the database. Idempotent, never throws. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#updates.close();
    await this.#server.close().catch(() => undefined);
    this.contacts.close();
    this.removeAllListeners();
  }

  #servePage(): void {
    for (const [route, file] of Object.entries(pageFiles)) {
      this.#server.get(route, async (_request, reply) => {
        const content = await readFile(path.join(import.meta.dirname, file));
        return reply
          .type(types[path.extname(file)] ?? 'text/plain')
          .header('Cache-Control', 'no-cache')
          .send(content);
      });
    }
    this.#server.get('/show', async (_request, reply) => {
      if (this.panes.length === 0) return reply.code(503).send('Not everything has started yet. Try again.');
      return reply
        .type('text/html; charset=utf-8')
        .header('Cache-Control', 'no-cache')
        .header('Content-Security-Policy', showPolicy(this.panes))
        .send(await showPage(this.panes));
    });
    this.#server.get('/events', (_request, reply) => {
      reply.hijack();
      this.#updates.add(reply.raw, { event: 'state', data: this.#state() });
    });
  }

  #serveContacts(): void {
    this.#server.get('/contacts', (request) => {
      const phone = isObject(request.query) ? optionalString(request.query['phone']) : undefined;
      return phone === undefined ? this.contacts.all() : this.contacts.findByPhone(phone);
    });

    this.#server.post('/contacts', (request, reply) => {
      const wanted = readNewContact(request.body);
      if (!wanted)
        return reply.code(400).send({ error: 'A contact needs a phone number such as +40211234567.' });
      const contact = this.contacts.add(wanted);
      this.#updates.send('contact', contact);
      return reply.code(201).send(contact);
    });

    this.#server.patch('/contacts/:id/last-call', (request, reply) => {
      const id = isObject(request.params) ? Number(request.params['id']) : Number.NaN;
      const call = readLastCall(request.body);
      if (!call) return reply.code(400).send({ error: 'A call needs "at" (ISO 8601) and "direction".' });
      const contact = Number.isSafeInteger(id) ? this.contacts.noteCall(id, call) : undefined;
      if (!contact) return reply.code(404).send({ error: 'There is no contact with this id.' });
      this.#updates.send('contact', contact);
      return contact;
    });
  }

  #serveMessages(): void {
    // Like Slack's incoming webhooks: 200 and the text "ok", or 400 and the text "no_text".
    this.#server.post('/slack', (request, reply) => {
      const text = isObject(request.body) ? (optionalString(request.body['text']) ?? '') : '';
      const blocks: unknown = isObject(request.body) ? request.body['blocks'] : undefined;
      if (text === '' && !Array.isArray(blocks)) return reply.code(400).send('no_text');
      this.#addToChannel(text, Array.isArray(blocks) ? blocks : []);
      return reply.type('text/html').send('ok');
    });

    this.#server.post('/flow-messages', (request, reply) => {
      const message = readFlowMessage(request.body, this.#nextId++, Date.now());
      if (!message) return reply.code(400).send({ error: 'A flow message needs an "event".' });
      if (this.#realSlack && message.text !== null && message.slack) this.#addToChannel(message.text, []);
      keep(this.#flowMessages, message);
      this.#updates.send('flowMessage', message);
      this.emit('flowMessage', message);
      return reply.code(204).send();
    });
  }

  #addToChannel(text: string, blocks: unknown[]): void {
    const message = { id: this.#nextId++, at: Date.now(), text, blocks };
    keep(this.#channel, message);
    this.#updates.send('channelMessage', message);
  }

  #state(): unknown {
    return {
      realSlack: this.#realSlack,
      links: this.links,
      contacts: this.contacts.all(),
      channel: this.#channel,
      flowMessages: this.#flowMessages,
    };
  }
}

function keep<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > kept) list.shift();
}

function readNewContact(body: unknown): NewContact | undefined {
  if (!isObject(body)) return undefined;
  const phone = optionalString(body['phone']);
  if (phone === undefined || !/^\+[1-9]\d{6,14}$/.test(phone)) return undefined;
  return {
    phone,
    name: optionalString(body['name']) ?? 'New lead',
    company: optionalString(body['company']) ?? '',
    owner: optionalString(body['owner']) ?? '',
    notes: optionalString(body['notes']) ?? '',
  };
}

function readLastCall(body: unknown): LastCall | undefined {
  if (!isObject(body)) return undefined;
  const { direction } = body;
  const at = new Date(optionalString(body['at']) ?? Number.NaN);
  if ((direction !== 'incoming' && direction !== 'outgoing') || Number.isNaN(at.getTime())) return undefined;
  return { at: at.toISOString(), direction, agent: optionalString(body['agent']) ?? null };
}
