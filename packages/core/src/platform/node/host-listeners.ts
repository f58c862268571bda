import type { EventEmitter } from 'node:events';

/** A listener of any event. */
export type HostListener = Parameters<EventEmitter['on']>[1];

/** The required methods of the emitter, which is `process`. */
export type ListenerSource = Pick<EventEmitter, 'on' | 'off' | 'listeners' | 'rawListeners'>;

/**
 * Removes the host's listeners of an event, so that they can run later. An emitter calls all
 * listeners synchronously and none can delay the next, so this is the only way to run first.
 */
export class HostListeners {
  readonly #source: ListenerSource;
  readonly #event: string;
  #taken: HostListener[] = [];

  constructor(source: ListenerSource, event: string) {
    this.#source = source;
    this.#event = event;
  }

  /** The number of removed listeners. */
  get count(): number {
    return this.#taken.length;
  }

  /**
   * Removes all listeners but `own`, which must be registered already: a signal without a listener
   * ends the process.
   */
  take(own: HostListener): void {
    for (const listener of this.#source.rawListeners(this.#event)) {
      if (listener === own || !isListener(listener)) continue;
      this.#taken.push(listener);
      this.#source.off(this.#event, listener);
    }
  }

  /** Calls the removed listeners as the emitter would. */
  call(args: readonly unknown[]): void {
    for (const listener of [...this.#taken]) Reflect.apply(listener, this.#source, args);
  }

  /**
   * Restores all removed listeners, those of `once` with their wrapper.
   * @returns the restored listeners
   */
  restore(): readonly HostListener[] {
    const taken = this.#taken;
    this.#taken = [];
    for (const listener of taken) this.#source.on(this.#event, listener);
    return taken;
  }

  /** Restores all removed listeners first, then calls them: those of `once` remove themselves. */
  restoreAndCall(args: readonly unknown[]): void {
    for (const listener of this.restore()) Reflect.apply(listener, this.#source, args);
  }
}

function isListener(value: unknown): value is HostListener {
  return typeof value === 'function';
}
