import { AccoladesError, type DialResult } from '@accolades-flow/core';

/** How many runs are remembered. A run is forgotten as soon as it succeeds. */
const MAX_RUNS = 1_000;

type Outcome = { readonly result: DialResult } | { readonly error: unknown };

/**
 * Prevents n8n's “Retry On Fail” from ringing a phone twice. When one item fails, n8n repeats
 * the whole node, including items that succeeded and items whose outcome is unknown.
 */
export class DialMemory {
  readonly #runs = new Map<string, Map<number, Outcome>>();

  /**
   * Dials, unless an earlier try of this run dialled the same item, or may have.
   * @param run identifies the run, the same for each try; null: it is not retried
   * @param options `keepSuccess`: whether a successful dial is not repeated either
   */
  async once(
    run: string | null,
    itemIndex: number,
    dial: () => Promise<DialResult>,
    options: { readonly keepSuccess: boolean } = { keepSuccess: true },
  ): Promise<DialResult> {
    if (run === null) return dial();
    const known = this.#runs.get(run)?.get(itemIndex);
    if (known !== undefined) {
      if ('error' in known) throw known.error;
      return known.result;
    }
    const outcome = await dial().then(
      (result): Outcome => ({ result }),
      (error: unknown): Outcome => ({ error }),
    );
    const isKept = 'result' in outcome ? options.keepSuccess : mayHaveRung(outcome.error);
    if (isKept) this.#remember(run, itemIndex, outcome);
    if ('result' in outcome) return outcome.result;
    throw outcome.error;
  }

  /** Call when the run is over and is not retried. */
  forget(run: string | null): void {
    if (run !== null) this.#runs.delete(run);
  }

  #remember(run: string, itemIndex: number, outcome: Outcome): void {
    const items = this.#runs.get(run) ?? new Map<number, Outcome>();
    items.set(itemIndex, outcome);
    this.#runs.set(run, items);
    if (this.#runs.size <= MAX_RUNS) return;
    for (const oldest of this.#runs.keys()) {
      this.#runs.delete(oldest);
      break;
    }
  }
}

/**
 * An unreadable answer still means that the server has the command, unless its status says that it
 * could not serve the request.
 */
function mayHaveRung(error: unknown): boolean {
  if (!(error instanceof AccoladesError)) return false;
  return error.code === 'OUTCOME_UNKNOWN' || (error.code === 'UNEXPECTED_ANSWER' && !error.retryable);
}
