import fc from 'fast-check';
import { check } from './check.ts';
import { AGENTS, OWNERS, type Model } from './model.ts';
import type { System } from './system.ts';

export type Command = fc.Command<Model, System>;

export const owner = fc.constantFrom(...OWNERS);
export const agent = fc.constantFrom(...AGENTS);

/**
 * A step of a history. After it, the system must be as the model says.
 * @param when whether the step is possible; default: always
 */
export function command(
  text: string,
  run: (model: Model, system: System) => void,
  when: (model: Readonly<Model>) => boolean = () => true,
): Command {
  return {
    check: when,
    run: (model, system) => {
      run(model, system);
      check(model, system);
    },
    toString: () => text,
  };
}
