import type { EventEmitter } from 'node:events';

/** A listener of any event. */
export type HostListener = Parameters<EventEmitter['on']>[1];

/** What is needed of the emitter, which is `process`. */
export type ListenerSource = Pick<EventEmitter, 'on' | 'off' | 'listeners' | 'rawListeners'>;

/**
 * The listeners that the host has for an event, taken off so that they can run later. An emitter
 * calls all listeners in one go and none can delay the next, so there is no other way to be first.
 */
export class HostListeners {
  readonly #source: ListenerSource;
  readonly #event: string;
  #taken: HostListener[] = [];

  constructor(source: ListenerSource, event: string) {
    this.#source = source;
    this.#event = event;
  }

  /** How many are taken off now. */
  get count(): number {
    return this.#taken.length;
  }

  /** Takes off all but `own`, which must listen already: a signal without a listener kills. */
  take(own: HostListener): void {
    for (const listener of this.#source.rawListeners(this.#event)) {
      if (listener === own || !isListener(listener)) continue;
      this.#taken.push(listener);
      this.#source.off(this.#event, listener);
    }
  }

  /** Calls those that are taken off, as the emitter would. */
  call(args: readonly unknown[]): void {
    for (const listener of [...this.#taken]) Reflect.apply(listener, this.#source, args);
  }

  /**
   * Puts all back, those of `once` as such.
   * @returns them
   */
  restore(): readonly HostListener[] {
    const taken = this.#taken;
    this.#taken = [];
    for (const listener of taken) this.#source.on(this.#event, listener);
    return taken;
  }

  /** Puts all back, then calls them: those of `once` can only remove themselves when they are back. */
  restoreAndCall(args: readonly unknown[]): void {
    for (const listener of this.restore()) Reflect.apply(listener, this.#source, args);
  }
}

function isListener(value: unknown): value is HostListener {
  return typeof value === 'function';
}
