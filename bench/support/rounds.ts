import { median } from './statistics.ts';

/** Measurements for each side, in the order of the rounds. */
export type Measured<Side extends string, T> = Readonly<Record<Side, readonly T[]>>;

/**
 * Measures the sides in turn, `rounds` times. Every other round reverses the order, so that no side
 * always comes first.
 */
export async function inRounds<Side extends string, T>(
  rounds: number,
  sides: readonly Side[],
  measure: (side: Side, round: number) => Promise<T>,
): Promise<Measured<Side, T>> {
  const results = new Map<Side, T[]>(sides.map((side) => [side, []]));
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      results.get(side)?.push(await measure(side, round));
    }
  }
  return recordOf(sides, (side) => results.get(side) ?? []);
}

function recordOf<Side extends string, T>(sides: readonly Side[], of: (side: Side) => T): Record<Side, T> {
  const record: Partial<Record<Side, T>> = {};
  for (const side of sides) record[side] = of(side);
  if (!isComplete(record, sides)) throw new Error('unreachable');
  return record;
}

function isComplete<Side extends string, T>(
  record: Partial<Record<Side, T>>,
  sides: readonly Side[],
): record is Record<Side, T> {
  return sides.every((side) => side in record);
}

/** The ratio of two medians, and the ratio in each round. */
export function ratioOf(
  ours: readonly number[],
  peers: readonly number[],
): { value: number; rounds: number[] } {
  return {
    value: median(ours) / median(peers),
    rounds: ours.map((value, round) => value / (peers[round] ?? Number.NaN)),
  };
}
