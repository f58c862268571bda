const UNRELEASED = '## [Unreleased]';

/**
 * The changelog with what is under "Unreleased" under a version instead, and an empty "Unreleased"
 * above it.
 * @param date `YYYY-MM-DD`
 * @throws when there is nothing to release, or the version is described already
 */
export function releaseChangelog(changelog: string, version: string, date: string): string {
  if (isReleased(changelog, version)) throw new Error(`CHANGELOG.md already has ${version}.`);
  const { after, next, changes } = unreleased(changelog);
  if (after < 0) throw new Error(`CHANGELOG.md has no heading ${UNRELEASED}.`);
  if (changes === '') throw new Error('CHANGELOG.md says nothing under “Unreleased”: write what is new.');
  const rest = next < 0 ? '' : changelog.slice(next);
  return `${changelog.slice(0, after)}\n## [${version}] - ${date}\n\n${changes}\n${rest}`;
}

/** Whether the changelog describes this version. */
export function isReleased(changelog: string, version: string): boolean {
  return changelog.includes(`## [${version}]`);
}

/** What is under "Unreleased"; empty when nothing is. */
export function unreleasedChanges(changelog: string): string {
  return unreleased(changelog).changes;
}

/**
 * @returns where the text under "Unreleased" begins, and where the next version does; -1: nowhere
 */
function unreleased(changelog: string): { after: number; next: number; changes: string } {
  const start = changelog.indexOf(`${UNRELEASED}\n`);
  if (start < 0) return { after: -1, next: -1, changes: '' };
  const after = start + UNRELEASED.length + 1;
  const next = changelog.indexOf('\n## [', after);
  return { after, next, changes: changelog.slice(after, next < 0 ? undefined : next).trim() };
}
