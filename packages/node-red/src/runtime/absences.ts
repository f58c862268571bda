import type { Clock, Timer } from '@accolades-flow/core';

/** How long Node-RED waits for a node to close, in milliseconds, unless its settings say otherwise. */
const NODE_CLOSE_TIMEOUT_MS = 15_000;
/** What the other nodes may take to be made after that, in milliseconds. */
const START_MS = 5_000;
/**
 * How long a node may be away during one deployment, in milliseconds. Node-RED installs the modules
 * of function nodes between stopping and starting, which can take minutes.
 */
export const MAX_ABSENCE_MS = 5 * 60_000;

export interface AbsencesOptions {
  /** 0: what is away is given up at once. */
  readonly lingerMs: number;
  readonly clock: Clock;
  readonly isDeploying: () => boolean;
  /** The number of absences has changed by itself. */
  readonly onChanged: () => void;
}

interface Absence {
  readonly giveUp: () => void;
  readonly since: number;
  timer: Timer;
}

/**
 * Nodes that were closed and may come back: a deployment takes a node away and makes it anew. Each is
 * given up when it has not come back in time, for a deployment that is under way later.
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

  /** @param giveUp does nothing when the node has come back */
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
    timer.unref();
    return timer;
  }

  #giveUp(absence: Absence): void {
    absence.timer.stop();
    this.#absences.delete(absence);
    absence.giveUp();
  }
}

/**
 * How long a node that was closed may take to come back, in milliseconds, so that it outlives any
 * deployment: 20 s with Node-RED's defaults.
 * @param variable `ACCOLADES_LINGER_MS`, which sets it; 0 turns it off
 * @param nodeCloseTimeoutMs Node-RED's setting `nodeCloseTimeout`
 */
export function lingerMsOf(variable: string | undefined, nodeCloseTimeoutMs = NODE_CLOSE_TIMEOUT_MS): number {
  const set = Number(variable?.trim() || Number.NaN);
  return Number.isFinite(set) && set >= 0 ? set : nodeCloseTimeoutMs + START_MS;
}
