import type { Clock } from '../time/clock.ts';

/** A point in time by both clocks: `wall` for people, `monotonic` for durations. Milliseconds. */
export interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

export function momentOf(clock: Clock): Moment {
  return { wall: clock.now(), monotonic: clock.monotonic() };
}

export function isoOf(moment: Moment | null): string | null {
  return moment === null ? null : new Date(moment.wall).toISOString();
}

/** Whole seconds from one moment to another; null when one of them is not known. */
export function secondsBetween(from: Moment | null, to: Moment | null): number | null {
  if (from === null || to === null) return null;
  return Math.max(0, Math.round((to.monotonic - from.monotonic) / 1_000));
}
