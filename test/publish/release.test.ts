import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { root } from '../../scripts/paths.ts';
import { isReleased, releaseChangelog } from '../../scripts/release/changelog.ts';
import { nextVersion } from '../../scripts/release/next-version.ts';
import { withLockedVersion, withVersion } from '../../scripts/release/set-version.ts';

describe('npm run release', () => {
  it('raises a part of the version, or takes a newer one', () => {
    for (const [wanted, expected] of [
      ['patch', '0.1.10'],
      ['minor', '0.2.0'],
      ['major', '1.0.0'],
      ['0.1.10', '0.1.10'],
      ['2.0.0', '2.0.0'],
    ] as const) {
      expect(nextVersion('0.1.9', wanted, true), wanted).to.equal(expected);
    }
  });

  it('refuses an invalid version, or one that is not newer', () => {
    for (const wanted of ['', 'v1.0.0', '1.0', '01.0.0', '1.0.0-beta', 'Major'])
      expect(() => nextVersion('0.1.9', wanted, true), wanted).to.throw('is no version');
    for (const wanted of ['0.1.9', '0.1.8', '0.0.99'])
      expect(() => nextVersion('0.1.9', wanted, true), wanted).to.throw('is not newer than 0.1.9');
  });

  it('takes the present version as long as it was never released', () => {
    const changelog = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A.\n';
    expect(nextVersion('0.1.0', '0.1.0', isReleased(changelog, '0.1.0'))).to.equal('0.1.0');
    expect(() => nextVersion('0.1.0', '0.0.9', false)).to.throw('is not newer than 0.1.0');
    const released = releaseChangelog(changelog, '0.1.0', '2026-11-21');
    expect(released).to.contain('## [0.1.0] - 2026-11-21\n\n### Added');
    expect(isReleased(released, '0.1.0')).to.equal(true);
  });

  it('finds every version of the changelog with its date', async () => {
    const changelog = await readFile(path.join(root, 'CHANGELOG.md'), 'utf8');
    const headings = changelog.split('\n').filter((line) => line.startsWith('## '));
    expect(headings[0]).to.equal('## [Unreleased]');
    for (const heading of headings.slice(1))
      expect(heading).to.match(/^## \[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d$/);
  });

  it('sets the version of a manifest, and of nothing in it', () => {
    const manifest =
      '{\n  "name": "a",\n  "version": "0.1.0",\n  "node-red": {\n    "version": ">=3.1.0"\n  }\n}\n';
    expect(withVersion(manifest, '0.2.0')).to.equal(manifest.replace('0.1.0', '0.2.0'));
    expect(() => withVersion('{}', '0.2.0')).to.throw();
  });

  it('sets the version of this repository’s packages in the lock file, and of no other', () => {
    const entry = (folder: string, version: string): string =>
      `    "${folder}": {\n      "name": "x",\n      "version": "${version}",\n      "license": "MIT"\n    }`;
    const lock = (ours: string): string =>
      `{\n  "name": "a",\n  "version": "${ours}",\n  "packages": {\n${[
        entry('', ours),
        entry('node_modules/packages/core', '0.1.0'),
        entry('packages/core', ours),
        entry('packages/core/node_modules/b', '0.1.0'),
      ].join(',\n')}\n  }\n}\n`;
    expect(withLockedVersion(lock('0.1.0'), ['', 'packages/core'], '0.2.0')).to.equal(lock('0.2.0'));
    expect(() => withLockedVersion(lock('0.1.0'), ['packages/other'], '0.2.0')).to.throw('packages/other');
  });

  it('turns “Unreleased” into the new version', () => {
    const before = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A.\n\n## [0.1.0] - 2026-01-01\n\n- B.\n';
    expect(releaseChangelog(before, '0.2.0', '2026-11-21')).to.equal(
      '# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-11-21\n\n### Added\n\n- A.\n\n## [0.1.0] - 2026-01-01\n\n- B.\n',
    );
    expect(() => releaseChangelog(before, '0.1.0', '2026-11-21')).to.throw('already has 0.1.0');
    expect(() => releaseChangelog(before.replace('### Added\n\n- A.\n\n', ''), '0.2.0', '')).to.throw(
      'nothing',
    );
    expect(() => releaseChangelog('# Changelog\n', '0.2.0', '')).to.throw('no heading');
  });
});
