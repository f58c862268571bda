import type { AccoladesEventType } from '@accolades-flow/core';

/** The outputs of a call node: one per event in this order, or null when there is a single one for all. */
export type Ports = readonly AccoladesEventType[] | null;

/**
 * How wires move when the outputs change, in the form that Node-RED's editor takes from a node's hidden `outputs` field: for
 * each old output its new place, or -1 when it is gone; new outputs have keys that are no numbers.
 */
export function movedOutputs(
  before: readonly string[] | null,
  after: readonly string[] | null,
): Record<string, number> {
  const moves: Record<string, number> = {};
  const kept = new Set<number>();
  (before ?? [null]).forEach((event, port) => {
    // A single output and the first of several take each other's wires.
    const place = event === null || after === null ? (port === 0 ? 0 : -1) : after.indexOf(event);
    moves[port] = place;
    if (place >= 0) kept.add(place);
  });
  (after ?? [null]).forEach((_, place) => {
    if (!kept.has(place)) moves[`new${place}`] = place;
  });
  return moves;
}
