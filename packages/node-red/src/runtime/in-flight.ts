/** The part of Node-RED's hooks that is used. */
export interface Hooks {
  add(name: string, handler: (event: { readonly msg: unknown }) => unknown): void;
  remove(name: string): void;
}

const HOOK = 'onReceive.accolades-recall';

/**
 * Messages that a node has sent and the runtime has not yet delivered to the next node.
 *
 * Node-RED delivers a message one turn after it was sent (`setImmediate`). When a deployment starts
 * in between, the next node stops first, and Node-RED drops the message silently. So a node recalls
 * its messages before flows stop, and sends them again when they have started.
 */
export class InFlight<T> {
  readonly #recall: Recall | null;
  #sent = new Sent<T>();

  /**
   * @param hooks undefined in a runtime without hooks, such as Node-RED's test helper; nothing can
   * be recalled then
   */
  constructor(hooks: Hooks | undefined) {
    this.#recall = hooks === undefined ? null : Recall.of(hooks);
  }

  /** Call it after each `send`, so that the delivery runs before the callback scheduled here. */
  sent(messageId: string, about: T): void {
    if (this.#recall === null) return;
    this.#sent.add(messageId, about);
    setImmediate(this.#sent.handedOver);
  }

  /**
   * Stops the delivery of messages in flight, and returns them in the order in which they were
   * sent.
   */
  recall(): T[] {
    const waiting = this.#sent.waiting();
    if (this.#recall === null || waiting.length === 0) return [];
    // Callbacks of recalled messages still run; they must not count for later messages.
    this.#sent = new Sent();
    this.#recall.stop(waiting.map(({ messageId }) => messageId));
    return waiting.map(({ about }) => about);
  }
}

/** A sent message, linked to the next one. */
interface SentMessage<T> {
  readonly messageId: string;
  readonly about: T;
  next: SentMessage<T> | null;
}

/**
 * Sent messages in order, which is also the order of delivery. A linked list, so that nothing but
 * the messages in flight stays in memory.
 */
class Sent<T> {
  #first: SentMessage<T> | null = null;
  #last: SentMessage<T> | null = null;

  /** Call it once per message, after the runtime has delivered it. */
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

/** Stops the delivery of messages with a runtime hook that exists only while it is needed. */
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
      // By then the runtime has tried to deliver every message that was in flight.
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
