import { AccoladesError, type DialResult } from '@accolades-flow/core';

/** Runs that are remembered; one is forgotten as soon as it has succeeded. */
const MAX_RUNS = 1_000;

type Outcome = { readonly result: DialResult } | { readonly error: unknown };

/**
 * Keeps n8n's “Retry On Fail” from ringing a phone twice. n8n repeats the whole node when one item fails, also the items that had
 * succeeded before, and those whose outcome is not known.
 */
export class DialMemory {
  readonly #runs = new Map<string, Map<number, Outcome>>();

  /**
   * Dials, unless the same item of the same run was dialled before or may have been.
   * @param run names the run, the same for each try; null: it is not tried again
   * @param options `keepSuccess`: whether a dial that succeeded is not repeated either
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

  /** The run is over and not tried again. */
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

/** Also an answer that nobody understands is one of a server that has the command, unless it says that it could not serve it now. */
function mayHaveRung(error: unknown): boolean {
  if (!(error instanceof AccoladesError)) return false;
  return error.code === 'OUTCOME_UNKNOWN' || (error.code === 'UNEXPECTED_ANSWER' && !error.retryable);
}
