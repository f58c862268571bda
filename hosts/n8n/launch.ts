import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { waitUntil } from '../deadline.ts';
import { isObject, objectFrom, parseJson, stringFrom } from '../guards.ts';
import { nodeRuntime } from '../node-runtime.ts';
import { npmCommand, withTarballs } from '../packages.ts';
import { freePort, portOrFree } from '../ports.ts';
import { HostProcess, runCommand } from '../processes.ts';
import { defaultN8nVersion, installN8n } from './install.ts';

export type N8nCommand = 'start' | 'worker' | 'webhook';

export interface N8nOptions {
  /** Default 2.41.1; installed first when it is not. */
  version?: string;
  /**
   * The folder in which n8n keeps its `.n8n` folder; made when it does not exist, reused when it
   * does.
   */
  userFolder: string;
  /** The TCP port on the loopback address; 0 or left out: a free one. */
  port?: number;
  /** Tarballs or package folders to put in place as community packages. */
  packages?: string[];
  /**
   * Added to the environment: database (`DB_TYPE=postgresdb` …), queue mode
   * (`EXECUTIONS_MODE=queue` …), anything.
   */
  env?: Record<string, string>;
  /**
   * n8n's command: `start` (default), `worker` or `webhook`. A worker is ready when its health
   * endpoint answers.
   */
  command?: N8nCommand;
  /** Called with each piece of output as it arrives. */
  onOutput?: (text: string) => void;
  /** Called with lines about the installation, when there is one. */
  onProgress?: (line: string) => void;
  /** How long the start may take, in milliseconds (default 120 000), without the installation. */
  deadlineMs?: number;
}

/** A running n8n process. */
export interface N8nHost {
  readonly version: string;
  /** Where the editor and the API are, without a slash at the end: `http://127.0.0.1:5678`. */
  readonly url: string;
  readonly port: number;
  readonly userFolder: string;
  readonly pid: number;
  /** How long the start took, from spawning the process to readiness, in milliseconds. */
  readonly startMs: number;
  readonly process: HostProcess;
  /** Everything it has written so far. */
  output(): string;
  /** SIGTERM, then SIGKILL after `boundMs` (default 20 s). Idempotent, never throws. */
  stop(boundMs?: number): Promise<void>;
  /** SIGKILL of n8n and its task runner, as a crash. */
  kill(): Promise<void>;
  /** SIGSTOP: the process freezes, its sockets stay open. */
  suspend(): void;
  /** SIGCONT. */
  resume(): void;
}

/** Time for a clean end before n8n is killed, in milliseconds. n8n waits for running executions. */
const stopBoundMs = 20_000;

/**
 * Installs n8n if need be, puts the community packages in place, starts n8n and waits until
 * `/rest/settings` answers JSON.
 *
 * @throws Error with the last lines of the output when it ends early or misses the deadline.
 */
export async function startN8n(options: N8nOptions): Promise<N8nHost> {
  const installed = await installN8n({
    ...(options.version === undefined ? {} : { version: options.version }),
    onProgress: options.onProgress,
  });
  const { version, bin, directory } = installed;
  const userFolder = path.resolve(options.userFolder);
  await mkdir(userFolder, { recursive: true });
  await installPackages(userFolder, options.packages ?? []);

  const command = options.command ?? 'start';
  const port = await portOrFree(options.port);
  const runtime = nodeRuntime();
  const startedAt = Date.now();
  const child = await HostProcess.start({
    name: command === 'start' ? `n8n ${version}` : `n8n ${version} (${command})`,
    command: runtime.executable,
    args: [bin, command],
    cwd: userFolder,
    env: {
      ...runtime.env,
      // Saves about a second of each start but the first.
      NODE_COMPILE_CACHE: path.join(directory, '.compile-cache'),
      ...(await quietEnvironment(version, userFolder, port, command)),
      ...options.env,
    },
    onOutput: options.onOutput,
  });
  const url = `http://127.0.0.1:${port}`;
  try {
    await waitUntil(`${child.name} at ${url} to be ready`, () => isReady(url, command), {
      deadlineMs: options.deadlineMs ?? 120_000,
      giveUp: () => child.exitError(),
      details: () => `Its last output:\n${child.tail()}`,
    });
  } catch (error) {
    await child.kill();
    throw error;
  }
  return {
    version,
    url,
    port,
    userFolder,
    pid: child.pid,
    startMs: Date.now() - startedAt,
    process: child,
    output: () => child.output(),
    stop: (boundMs = stopBoundMs) => child.stop(boundMs),
    kill: () => child.kill(),
    suspend: () => {
      child.suspend();
    },
    resume: () => {
      child.resume();
    },
  };
}

/** Settings that keep n8n offline, quiet and free of setup questions. */
async function quietEnvironment(
  version: string,
  userFolder: string,
  port: number,
  command: N8nCommand,
): Promise<Record<string, string>> {
  // A worker serves only its health endpoint.
  const worker = {
    QUEUE_HEALTH_CHECK_ACTIVE: 'true',
    QUEUE_HEALTH_CHECK_PORT: String(port),
    N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
  };
  return {
    ...(command === 'worker' ? worker : {}),
    N8N_USER_FOLDER: userFolder,
    N8N_LISTEN_ADDRESS: '127.0.0.1',
    N8N_HOST: '127.0.0.1',
    N8N_PORT: String(port),
    // Two n8n on one machine would collide on the default port of the task broker.
    N8N_RUNNERS_BROKER_PORT: String(await freePort()),
    N8N_SECURE_COOKIE: 'false',
    N8N_DIAGNOSTICS_ENABLED: 'false',
    N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
    N8N_TEMPLATES_ENABLED: 'false',
    N8N_PERSONALIZATION_ENABLED: 'false',
    N8N_HIRING_BANNER_ENABLED: 'false',
    N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
    // The list of verified packages is fetched from n8n's own server.
    N8N_VERIFIED_PACKAGES_ENABLED: 'false',
    N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
    // Modules that call n8n's servers or that no test needs. An unknown name keeps n8n from
    // starting.
    N8N_DISABLED_MODULES: version === defaultN8nVersion ? 'mcp-registry,insights' : 'insights',
    GENERIC_TIMEZONE: 'UTC',
  };
}

/**
 * `/healthz` is up earlier, while every other route still answers 200 with the text "n8n is
 * starting up".
 */
async function isReady(url: string, command: N8nCommand): Promise<boolean> {
  const route = command === 'start' ? '/rest/settings' : '/healthz/readiness';
  const response = await fetch(`${url}${route}`, { signal: AbortSignal.timeout(5_000) });
  return response.ok && isObject(parseJson(await response.text(), route));
}

/**
 * n8n loads every folder `n8n-nodes-*` or `@scope/n8n-nodes-*` of this `node_modules` at its start;
 * the package need not be listed anywhere, and `n8n-workflow` comes from n8n itself.
 */
async function installPackages(userFolder: string, packages: string[]): Promise<void> {
  const nodeModules = path.join(userFolder, '.n8n', 'nodes', 'node_modules');
  await withTarballs(packages, async (tarballs) => {
    for (const tarball of tarballs) await installTarball(tarball, nodeModules);
  });
}

async function installTarball(tarball: string, nodeModules: string): Promise<void> {
  const unpacked = path.join(nodeModules, `.unpacking-${process.pid}`);
  await rm(unpacked, { recursive: true, force: true });
  await mkdir(unpacked, { recursive: true });
  const env = nodeRuntime().env;
  await runCommand({
    name: `unpacking ${tarball}`,
    command: 'tar',
    args: ['-xzf', tarball, '-C', unpacked, '--strip-components=1'],
    cwd: nodeModules,
    env,
    deadlineMs: 60_000,
  });
  const manifestText = await readFile(path.join(unpacked, 'package.json'), 'utf8');
  const manifest = objectFrom(parseJson(manifestText, `package.json of ${tarball}`), 'package.json');
  const name = stringFrom(manifest['name'], 'package.json: name');
  if (isObject(manifest['dependencies']) && Object.keys(manifest['dependencies']).length > 0) {
    const flags = [
      '--ignore-scripts',
      '--omit=dev',
      '--omit=peer',
      '--legacy-peer-deps',
      '--no-audit',
      '--no-fund',
    ];
    await runCommand({
      name: `npm install of the dependencies of ${name}`,
      command: npmCommand,
      args: ['install', '--no-package-lock', '--prefer-offline', ...flags],
      cwd: unpacked,
      env,
      deadlineMs: 180_000,
    });
  }
  const target = path.join(nodeModules, name);
  await rm(target, { recursive: true, force: true });
  await mkdir(path.dirname(target), { recursive: true });
  await rename(unpacked, target);
}
