import type { HangupReports, OutcomeStatus } from './contract.ts';
import type { CallEnd, TrackedCall } from './tracked-call.ts';

type KnownReports = Exclude<HangupReports, 'unknown'>;

/**
 * Suggest a setting after this many calls that only it explains, if no call points to another.
 */
const ENOUGH = 3;

/** Counts the calls that only one of the possible settings of `hangups` explains. */
export class HangupHints {
  readonly #counts: Record<KnownReports, number> = { every: 0, answered: 0, last: 0 };

  get counts(): OutcomeStatus['hangupHints'] {
    return { ...this.#counts };
  }

  /** The setting that the calls so far point to; null when they point to none, or to several. */
  get setting(): KnownReports | null {
    const shown = KNOWN.filter((setting) => this.#counts[setting] > 0);
    const [only] = shown;
    return only !== undefined && shown.length === 1 && this.#counts[only] >= ENOUGH ? only : null;
  }

  /** A call has ended. */
  learnFrom({ legs }: TrackedCall, how: CallEnd): void {
    const isAnyUnanswered = legs.all.some(({ isAnswered }) => !isAnswered);
    if (legs.hangups > 1 && isAnyUnanswered) this.#counts.every++;
    // One phone answered and never hung up; the only hang-up came from another phone.
    if (how === 'noHangup' && legs.hangups === 1 && legs.isAnyOpen && legs.isAnyAnswered) this.#counts.last++;
  }

  /** Phones that do report rang, and none of them said anything of the call. */
  nothingPosted(): void {
    this.#counts.answered++;
  }
}

const KNOWN = ['every', 'answered', 'last'] as const satisfies readonly KnownReports[];
