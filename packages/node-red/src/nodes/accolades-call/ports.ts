import type { AccoladesEventType } from '@accolades-flow/core';

/** The outputs of a call node: one per event, in this order; null: one output for all. */
export type Ports = readonly AccoladesEventType[] | null;

/**
 * Moves the wires when the outputs change, in the form of the hidden `outputs` field of Node-RED's
 * editor: the new index of each old output, or -1 when it is removed. Keys of new outputs are not
 * numbers.
 */
export function movedOutputs(
  before: readonly string[] | null,
  after: readonly string[] | null,
): Record<string, number> {
  const moves: Record<string, number> = {};
  const kept = new Set<number>();
  (before ?? [null]).forEach((event, port) => {
    // A single output and the first of several outputs exchange their wires.
    const place = event === null || after === null ? (port === 0 ? 0 : -1) : after.indexOf(event);
    moves[port] = place;
    if (place >= 0) kept.add(place);
  });
  (after ?? [null]).forEach((_, place) => {
    if (!kept.has(place)) moves[`new${place}`] = place;
  });
  return moves;
}
