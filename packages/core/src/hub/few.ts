/**
 * None, one, or an array of several. Thousands of these lists are held, and nearly all have one element, for which an array takes three times as
 * much as what it names. Replaced, never changed: who goes through one is not disturbed by what happens meanwhile.
 */
export type Few<Item extends object> = Item | readonly Item[] | null;

const NONE: readonly never[] = [];

export function allOf<Item extends object>(few: Few<Item>): readonly Item[] {
  if (few === null) return NONE;
  return isSeveral(few) ? few : [few];
}

export function sizeOf(few: Few<object>): number {
  if (few === null) return 0;
  return isSeveral(few) ? few.length : 1;
}

export function withItem<Item extends object>(few: Few<Item>, item: Item): Few<Item> {
  return few === null ? item : [...allOf(few), item];
}

/** The same list when none of its items is to go. */
export function withoutItems<Item extends object>(
  few: Few<Item>,
  leaves: (item: Item) => boolean,
): Few<Item> {
  const all = allOf(few);
  const left = all.filter((item) => !leaves(item));
  if (left.length === all.length) return few;
  return left.length > 1 ? left : (left[0] ?? null);
}

function isSeveral<Item extends object>(few: Item | readonly Item[]): few is readonly Item[] {
  return Array.isArray(few);
}
