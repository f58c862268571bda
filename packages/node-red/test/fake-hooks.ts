import type { Hooks } from '../src/runtime/in-flight.ts';

type Hook = Parameters<Hooks['add']>[1];

/** Node-RED's hooks, as far as `onReceive` needs them. */
export class FakeHooks {
  readonly #hooks = new Map<string, Hook>();

  readonly api: Hooks = {
    add: (name, hook) => {
      this.#hooks.set(name, hook);
    },
    remove: (name) => {
      this.#hooks.delete(name);
    },
  };

  get count(): number {
    return this.#hooks.size;
  }

  /** Whether a message with this id may be delivered. */
  lets(messageId: string): boolean {
    return [...this.#hooks.values()].every((hook) => hook({ msg: { _msgid: messageId } }) !== false);
  }
}
