const UNRELEASED = '## [Unreleased]';

/**
 * The changelog with what is under "Unreleased" under a version instead, and an empty "Unreleased" above it.
 * @param date `YYYY-MM-DD`
 * @throws when there is nothing to release, or the version is described already
 */
export function releaseChangelog(changelog: string, version: string, date: string): string {
  if (isReleased(changelog, version)) throw new Error(`CHANGELOG.md already has ${version}.`);
  const start = changelog.indexOf(`${UNRELEASED}\n`);
  if (start < 0) throw new Error(`CHANGELOG.md has no heading ${UNRELEASED}.`);
  const after = start + UNRELEASED.length + 1;
  const next = changelog.indexOf('\n## [', after);
  const changes = changelog.slice(after, next < 0 ? undefined : next).trim();
  if (changes === '') throw new Error('CHANGELOG.md says nothing under “Unreleased”: write what is new.');
  const rest = next < 0 ? '' : changelog.slice(next);
  return `${changelog.slice(0, after)}\n## [${version}] - ${date}\n\n${changes}\n${rest}`;
}

/** Whether the changelog describes this version. */
export function isReleased(changelog: string, version: string): boolean {
  return changelog.includes(`## [${version}]`);
}
