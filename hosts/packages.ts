import { mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { arrayFrom, objectFrom, parseJson, stringFrom } from './guards.ts';
import { nodeRuntime } from './node-runtime.ts';
import { runCommand } from './processes.ts';

/** The `npm` command of this platform. */
export const npmCommand = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/**
 * Gives `use` a tarball for each package: a tarball as it is, a folder packed as `npm publish`
 * would pack it (without running its scripts), so that a host never sees a file that the published
 * package would not have.
 */
export async function withTarballs<T>(
  packages: readonly string[],
  use: (tarballs: string[]) => Promise<T>,
): Promise<T> {
  const temporary = await mkdtemp(path.join(os.tmpdir(), 'host-packages-'));
  try {
    const tarballs: string[] = [];
    for (const entry of packages) {
      const absolute = path.resolve(entry);
      const isFolder = (await stat(absolute)).isDirectory();
      tarballs.push(isFolder ? await packFolder(absolute, temporary) : absolute);
    }
    return await use(tarballs);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function packFolder(folder: string, destination: string): Promise<string> {
  const output = await runCommand({
    name: `npm pack of ${folder}`,
    command: npmCommand,
    args: ['pack', folder, '--ignore-scripts', '--json', '--silent', '--pack-destination', destination],
    cwd: destination,
    env: nodeRuntime().env,
    deadlineMs: 60_000,
  });
  // Warnings of npm may stand before the JSON.
  const start = /^[[{]/m.exec(output)?.index ?? 0;
  const report = parseJson(output.slice(start), 'npm pack');
  // npm answers with an array; newer versions with an object keyed by the package's name.
  const packed = Array.isArray(report) ? report : Object.values(objectFrom(report, 'npm pack'));
  const first = objectFrom(arrayFrom(packed, 'npm pack')[0], 'npm pack: the packed package');
  const filename = stringFrom(first['filename'], 'npm pack: filename');
  // Some versions of npm write "@scope/name-1.0.0.tgz" here for a file called
  // "scope-name-1.0.0.tgz".
  return path.join(destination, filename.replace(/^@/, '').replace('/', '-'));
}
