import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { installN8n } from '../../hosts/n8n/install.ts';
import { repositoryRoot } from '../../hosts/paths.ts';
import { fieldsOf } from './fields.ts';
import { n8nTarball, nodeRedTarball } from './tarballs.ts';

const execute = promisify(execFile);

/** The files that a host loads of a package, and those it has loaded before. */
export interface Loadable {
  readonly preload: readonly string[];
  readonly files: readonly string[];
  /** Null: packing the loaded files tells the size. */
  readonly tarballBytes: number | null;
}

/** Our n8n package, unpacked beside n8n's own `n8n-workflow`, and n8n's MQTT Trigger. */
export async function n8nPackages(folder: string): Promise<{ ours: Loadable; peer: Loadable }> {
  const { directory } = await installN8n();
  const require = createRequire(
    path.join(await realpath(path.join(directory, 'node_modules/n8n')), 'package.json'),
  );
  const base = path.dirname(require.resolve('n8n-nodes-base/package.json'));
  const workflow = path.dirname(
    createRequire(path.join(base, 'package.json')).resolve('n8n-workflow/package.json'),
  );
  const tarball = await n8nTarball();
  const unpacked = await unpack(tarball, folder);
  await mkdir(path.join(folder, 'node_modules'), { recursive: true });
  await symlink(workflow, path.join(folder, 'node_modules/n8n-workflow'));
  const { n8n } = fieldsOf(JSON.parse(await readFile(path.join(unpacked, 'package.json'), 'utf8')));
  const { nodes, credentials } = fieldsOf(n8n);
  const preload = [workflow];
  return {
    ours: {
      preload,
      files: [...pathsIn(nodes), ...pathsIn(credentials)].map((file) => path.join(unpacked, file)),
      tarballBytes: (await stat(tarball)).size,
    },
    peer: {
      preload,
      files: ['dist/nodes/MQTT/MqttTrigger.node.js', 'dist/credentials/Mqtt.credentials.js'].map((file) =>
        path.join(base, file),
      ),
      tarballBytes: null,
    },
  };
}

/** Our palette, unpacked, and Node-RED's file with its MQTT nodes. */
export async function nodeRedPackages(folder: string): Promise<{ ours: Loadable; peer: Loadable }> {
  const tarball = await nodeRedTarball();
  const unpacked = await unpack(tarball, folder);
  const manifest = fieldsOf(JSON.parse(await readFile(path.join(unpacked, 'package.json'), 'utf8')));
  const { nodes } = fieldsOf(manifest['node-red']);
  return {
    ours: {
      preload: [],
      files: Object.values(fieldsOf(nodes)).map((file) => path.join(unpacked, String(file))),
      tarballBytes: (await stat(tarball)).size,
    },
    peer: {
      preload: [],
      files: [path.join(repositoryRoot, 'node_modules/@node-red/nodes/core/network/10-mqtt.js')],
      tarballBytes: null,
    },
  };
}

/**
 * The packed size of the loaded files: for a library, everything that its package publishes; for
 * the host, only the loaded files.
 * @param own matches the host's package, whose other files do not count
 */
export async function packedSize(loaded: readonly string[], own: RegExp, folder: string): Promise<number> {
  const items = new Set(loaded.map((file) => (own.test(file) ? file : packageOf(file))));
  const tarball = path.join(await mkdtemp(path.join(folder, 'packed-')), 'all.tgz');
  const nested = [...items].map((item) => `--exclude=${item}/node_modules`);
  await execute('tar', ['-czf', tarball, ...nested, '-P', ...items]);
  return (await stat(tarball)).size;
}

function packageOf(file: string): string {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file)?.[0] ?? file;
}

async function unpack(tarball: string, folder: string): Promise<string> {
  await execute('tar', ['-xzf', tarball, '-C', folder]);
  return path.join(folder, 'package');
}

function pathsIn(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
}
