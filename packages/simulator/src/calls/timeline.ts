import type { Clock } from '../clock.ts';
import type { Phone } from '../pbx/phone-directory.ts';
import type { TimelineEntry, TimelineEvent } from './call-life.ts';
import type { Leg } from './leg.ts';

/** Of a call that is extended again and again, the oldest steps after its start are forgotten. */
const ENTRIES_KEPT = 1_000;

/** What happened in a call, for people. */
export class Timeline {
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #entries: TimelineEntry[] = [];

  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** @param about the phone that it concerns; `null`: the call as a whole */
  note(event: TimelineEvent, text: string, about: Leg | Phone | null = null): void {
    const phone = about && ('phone' in about ? about.phone : about);
    this.#entries.push({ at: this.#clock.now(), event, deviceId: phone?.deviceId ?? null, text });
    if (this.#entries.length > ENTRIES_KEPT) this.#entries.splice(1, 1);
    this.#onChange();
  }

  entries(): TimelineEntry[] {
    return [...this.#entries];
  }
}
