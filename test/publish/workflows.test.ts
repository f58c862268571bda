import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { root } from '../../scripts/paths.ts';

const folder = path.join(root, '.github/workflows');

describe('the workflows', () => {
  for (const file of readdirSync(folder)) {
    it(`${file} pins every action by commit, with the version beside it`, () => {
      const actions = read(file).match(/^.*\buses:.*$/gm) ?? [];
      expect(actions).not.to.be.empty;
      for (const line of actions) {
        expect(line).to.match(/uses: [\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      }
    });

    it(`${file} grants a write permission only to jobs that run no code of a dependency`, () => {
      const [head, jobs] = split(read(file));
      expect(head).not.to.match(/: write/);
      for (const [name, job] of jobs) {
        if (!/: write/.test(job)) continue;
        expect(job, name).not.to.match(/checkout|npm (ci|i|install|run|exec)\b|npx|\.ci\/run|^\s+cache: /m);
        expect(job, name).to.contain('actions/download-artifact@');
      }
    });
  }

  it('publish.yml builds and tests without credentials, and signs in to npm in one job only', () => {
    const [, jobs] = split(read('publish.yml'));
    const build = jobs.get('build');
    expect(build).to.contain('.ci/run').and.to.contain('persist-credentials: false');
    expect(build).not.to.contain('id-token');
    expect([...jobs].filter(([, job]) => job.includes('id-token')).map(([name]) => name)).to.deep.equal([
      'npm',
    ]);
    expect(jobs.get('npm')).to.contain('needs: build').and.to.contain('--ignore-scripts');
  });
});

/** Splits a workflow into the text before the jobs and the text of each job. */
function split(workflow: string): [head: string, jobs: Map<string, string>] {
  const [head = '', body = ''] = workflow.split(/^jobs:\n/m);
  const parts = body.split(/^ {2}([\w-]+):\n/m).slice(1);
  const jobs = new Map<string, string>();
  for (let i = 0; i + 1 < parts.length; i += 2) jobs.set(parts[i] ?? '', parts[i + 1] ?? '');
  expect(jobs).not.to.be.empty;
  return [head, jobs];
}

function read(file: string): string {
  return readFileSync(path.join(folder, file), 'utf8');
}
