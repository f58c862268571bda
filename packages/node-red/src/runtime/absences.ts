import type { Clock, Timer } from '@accolades-flow/core';

/** Node-RED's default for how long it waits for a node to close, in milliseconds. */
const NODE_CLOSE_TIMEOUT_MS = 15_000;
/** How long creating the other nodes may take after that, in milliseconds. */
const START_MS = 5_000;
/**
 * How long a node may be away during one deployment, in milliseconds. Node-RED installs the modules
 * of function nodes between stopping and starting, which can take minutes.
 */
export const MAX_ABSENCE_MS = 5 * 60_000;

export interface AbsencesOptions {
  /** 0: absent nodes are given up at once. */
  readonly lingerMs: number;
  readonly clock: Clock;
  readonly isDeploying: () => boolean;
  /** Called when an absence ends by its timeout. */
  readonly onChanged: () => void;
}

interface Absence {
  readonly giveUp: () => void;
  readonly since: number;
  timer: Timer;
}

/**
 * Nodes that were closed and may come back: a deployment removes a node and creates it again. A
 * node that does not come back in time is given up; during a deployment the time is longer.
 */
export class Absences {
  readonly #options: AbsencesOptions;
  readonly #absences = new Set<Absence>();

  constructor(options: AbsencesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#absences.size;
  }

  /** @param giveUp must do nothing when the node has come back */
  add(giveUp: () => void): void {
    if (this.#options.lingerMs <= 0) {
      giveUp();
      return;
    }
    const since = this.#options.clock.monotonic();
    const absence: Absence = { giveUp, since, timer: this.#timerFor(() => absence) };
    this.#absences.add(absence);
  }

  giveUpAll(): void {
    for (const absence of [...this.#absences]) this.#giveUp(absence);
  }

  #timerFor(absence: () => Absence): Timer {
    const { clock, lingerMs, isDeploying } = this.#options;
    const timer = clock.start(lingerMs, () => {
      const ended = absence();
      if (isDeploying() && clock.monotonic() - ended.since < MAX_ABSENCE_MS) {
        ended.timer = this.#timerFor(absence);
        return;
      }
      this.#giveUp(ended);
      this.#options.onChanged();
    });
    return timer;
  }

  #giveUp(absence: Absence): void {
    absence.timer.stop();
    this.#absences.delete(absence);
    absence.giveUp();
  }
}

/**
 * How long a closed node may take to come back, in milliseconds, long enough for any deployment: 20
 * s with Node-RED's defaults.
 * @param variable `ACCOLADES_LINGER_MS`, which overrides it; 0 turns it off
 * @param nodeCloseTimeoutMs Node-RED's setting `nodeCloseTimeout`
 */
export function lingerMsOf(variable: string | undefined, nodeCloseTimeoutMs = NODE_CLOSE_TIMEOUT_MS): number {
  const set = Number(variable?.trim() || Number.NaN);
  return Number.isFinite(set) && set >= 0 ? set : nodeCloseTimeoutMs + START_MS;
}
