import { CONNECTION_FAULTS, FAULT_NAMES, NO_FAULTS, readFaultSettings } from './fault-settings.ts';
import type { FaultName, FaultSettings } from './fault-settings.ts';

/** All agents, including those added later. */
export const ALL_AGENTS = '*';

/**
 * The active faults, for all agents or for one. A setting for one agent overrides the one for all.
 * They can change at any time, and apply from the next frame or connection.
 */
export class Faults {
  #all: Partial<FaultSettings> = {};
  readonly #byAgent = new Map<string, Partial<FaultSettings>>();
  readonly #onChange: () => void;
  #version = 0;

  constructor(onChange: () => void = () => {}) {
    this.#onChange = onChange;
  }

  /** Increases with every change, so that sessions can cache their settings. */
  get version(): number {
    return this.#version;
  }

  /**
   * Turns faults on or off; unnamed settings stay unchanged.
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

  /** The effective settings for an agent, or with `'*'` for all. */
  get(target: string = ALL_AGENTS): FaultSettings {
    return { ...NO_FAULTS, ...this.#all, ...(target === ALL_AGENTS ? {} : this.#byAgent.get(target)) };
  }

  /** The settings for this target only, without those for all. */
  own(target: string): Partial<FaultSettings> {
    return { ...(target === ALL_AGENTS ? this.#all : this.#byAgent.get(target)) };
  }

  /** The names of the effective faults for a target. */
  active(target: string = ALL_AGENTS): FaultName[] {
    const settings = this.get(target);
    return FAULT_NAMES.filter((name) => settings[name] !== NO_FAULTS[name]);
  }

  #changed(): void {
    this.#version += 1;
    this.#onChange();
  }
}
