/** The part of Node-RED's hooks that is needed. */
export interface Hooks {
  add(name: string, handler: (event: { readonly msg: unknown }) => unknown): void;
  remove(name: string): void;
}

const HOOK = 'onReceive.accolades-recall';

/**
 * The messages that a node has sent and that the runtime has not handed to the next node yet.
 *
 * Node-RED hands a message over a moment after it was sent (`setImmediate`). A deployment that begins in that moment stops the
 * next node first, and the message is dropped without a word. So a node calls its messages back when it hears that flows are
 * about to be stopped, and sends them again when they have started.
 */
export class InFlight<T> {
  readonly #recall: Recall | null;
  #sent = new Sent<T>();

  /** @param hooks absent in a runtime without any, such as Node-RED's test helper: then nothing can be called back */
  constructor(hooks: Hooks | undefined) {
    this.#recall = hooks === undefined ? null : Recall.of(hooks);
  }

  /** To be called after each `send`: what was scheduled by it then runs before what is scheduled here. */
  sent(messageId: string, about: T): void {
    if (this.#recall === null) return;
    this.#sent.add(messageId, about);
    setImmediate(this.#sent.handedOver);
  }

  /** Keeps what is still on its way from arriving, and gives it back in the order in which it was sent. */
  recall(): T[] {
    const waiting = this.#sent.waiting();
    if (this.#recall === null || waiting.length === 0) return [];
    // What is scheduled for these still comes, and must not count for those that are sent from now on.
    this.#sent = new Sent();
    this.#recall.stop(waiting.map(({ messageId }) => messageId));
    return waiting.map(({ about }) => about);
  }
}

/** A message that was sent, and what was sent after it. */
interface SentMessage<T> {
  readonly messageId: string;
  readonly about: T;
  next: SentMessage<T> | null;
}

/** Messages in the order in which they were sent, which is the one in which they are handed over: a list that holds no more than those. */
class Sent<T> {
  #first: SentMessage<T> | null = null;
  #last: SentMessage<T> | null = null;

  /** To be called once for each message, when the runtime has handed it over. */
  readonly handedOver = (): void => {
    this.#first = this.#first?.next ?? null;
    if (this.#first === null) this.#last = null;
  };

  add(messageId: string, about: T): void {
    const message: SentMessage<T> = { messageId, about, next: null };
    if (this.#last === null) this.#first = message;
    else this.#last.next = message;
    this.#last = message;
  }

  waiting(): SentMessage<T>[] {
    const waiting: SentMessage<T>[] = [];
    for (let message = this.#first; message !== null; message = message.next) waiting.push(message);
    return waiting;
  }
}

/** Keeps messages from being received, by one hook of the runtime that is only there while it is needed. */
class Recall {
  static readonly #recalls = new WeakMap<Hooks, Recall>();

  static of(hooks: Hooks): Recall {
    const existing = Recall.#recalls.get(hooks);
    if (existing !== undefined) return existing;
    const recall = new Recall(hooks);
    Recall.#recalls.set(hooks, recall);
    return recall;
  }

  readonly #hooks: Hooks;
  readonly #stopped = new Set<unknown>();

  private constructor(hooks: Hooks) {
    this.#hooks = hooks;
  }

  stop(messageIds: readonly string[]): void {
    if (this.#stopped.size === 0) {
      this.#hooks.add(HOOK, ({ msg }) => (this.#stopped.has(idOf(msg)) ? false : undefined));
      // By then every message that was on its way has been tried.
      setImmediate(() => {
        this.#stopped.clear();
        this.#hooks.remove(HOOK);
      });
    }
    for (const id of messageIds) this.#stopped.add(id);
  }
}

function idOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && '_msgid' in message ? message._msgid : undefined;
}
