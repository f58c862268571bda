/** Beyond this number, names are counted and not listed. */
const MAX_NAMED = 5;

/** `“Front desk”, “Sales”`; for long lists, the first names and `and 12 more`. */
export function named(labels: readonly string[]): string {
  const shown = labels
    .slice(0, MAX_NAMED)
    .map((label) => `“${label}”`)
    .join(', ');
  const more = labels.length - MAX_NAMED;
  return more > 0 ? `${shown} and ${more} more` : shown;
}
