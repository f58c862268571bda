import { CONNECTION_FAULTS, FAULT_NAMES, NO_FAULTS, readFaultSettings } from './fault-settings.ts';
import type { FaultName, FaultSettings } from './fault-settings.ts';

/** Stands for all agents, also those that are added later. */
export const ALL_AGENTS = '*';

/**
 * The faults that are switched on, for all agents or for one; a setting for one agent outranks that
 * for all. They can be changed at any time and act from the next frame or connection on.
 */
export class Faults {
  #all: Partial<FaultSettings> = {};
  readonly #byAgent = new Map<string, Partial<FaultSettings>>();
  readonly #onChange: () => void;
  #version = 0;

  constructor(onChange: () => void = () => {}) {
    this.#onChange = onChange;
  }

  /** Grows with every change, so that sessions may cache what is in force for them. */
  get version(): number {
    return this.#version;
  }

  /**
   * Switches faults on or off; settings that are not named stay as they are.
   * @param target an `idCrm`, or `'*'` for all agents
   * @throws when a setting is unknown or out of range
   */
  set(target: string, settings: Partial<FaultSettings>): void {
    const checked = readFaultSettings(settings);
    if (target === ALL_AGENTS) {
      this.#all = { ...this.#all, ...checked };
    } else {
      const misplaced = Object.keys(checked).find((name) =>
        CONNECTION_FAULTS.some((fault) => fault === name),
      );
      if (misplaced !== undefined) {
        throw new Error(
          `The fault ${misplaced} acts before the agent is known: it can only be set for all agents.`,
        );
      }
      this.#byAgent.set(target, { ...this.#byAgent.get(target), ...checked });
    }
    this.#changed();
  }

  /**
   * Clears the faults of one agent (its `idCrm`), those set for all (`'*'`), or, without a target,
   * every one.
   */
  clear(target?: string): void {
    if (target === undefined) {
      this.#all = {};
      this.#byAgent.clear();
    } else if (target === ALL_AGENTS) {
      this.#all = {};
    } else {
      this.#byAgent.delete(target);
    }
    this.#changed();
  }

  /** What is in force for an agent, or, with `'*'`, for all. */
  get(target: string = ALL_AGENTS): FaultSettings {
    return { ...NO_FAULTS, ...this.#all, ...(target === ALL_AGENTS ? {} : this.#byAgent.get(target)) };
  }

  /** What is set for just this target, without what is set for all. */
  own(target: string): Partial<FaultSettings> {
    return { ...(target === ALL_AGENTS ? this.#all : this.#byAgent.get(target)) };
  }

  /** The names of the faults that are in force for a target. */
  active(target: string = ALL_AGENTS): FaultName[] {
    const settings = this.get(target);
    return FAULT_NAMES.filter((name) => settings[name] !== NO_FAULTS[name]);
  }

  #changed(): void {
    this.#version += 1;
    this.#onChange();
  }
}
