import { access, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { waitUntil } from '../deadline.ts';
import { isObject, parseJson } from '../guards.ts';
import type { JsonObject } from '../guards.ts';
import { nodeRuntime } from '../node-runtime.ts';
import { npmCommand, withTarballs } from '../packages.ts';
import { portOrFree } from '../ports.ts';
import { HostProcess, runCommand } from '../processes.ts';
import { installNodeRed } from './install.ts';

/** A node of a flow file; `credentials` travel inside it only in a deployment. */
export interface FlowNode extends JsonObject {
  id: string;
  type: string;
}

export interface NodeRedOptions {
  /**
   * Default: 5.0.7, the repository's devDependency. Other versions are installed into `.hosts`
   * first.
   */
  version?: string;
  /**
   * Node-RED's user directory; made when it does not exist, reused (with its flows) when it does.
   */
  userDir: string;
  /** The TCP port on the loopback address; 0 or left out: a free one. */
  port?: number;
  /** Tarballs or package folders to install into the user directory. */
  packages?: string[];
  /**
   * Added to, or put in place of, the settings that this library writes to `settings.js`. JSON
   * values only.
   */
  settings?: JsonObject;
  /** An Express middleware for the editor, the admin API and HTTP nodes: an export of a module. */
  middleware?: { module: string; name: string };
  /**
   * Written to the flow file before the start. Left out: what the user directory already has, or
   * nothing.
   */
  flows?: FlowNode[];
  /** Credentials for `flows`, by node id. They are kept unencrypted (`credentialSecret: false`). */
  credentials?: Record<string, JsonObject>;
  /** Added to the environment. */
  env?: Record<string, string>;
  /** Called with each piece of output as it arrives. */
  onOutput?: (text: string) => void;
  /** Called with lines about the installation, when there is one. */
  onProgress?: (line: string) => void;
  /** How long the start may take, in milliseconds (default 60 000). */
  deadlineMs?: number;
}

/** A running Node-RED. */
export interface NodeRedHost {
  readonly version: string;
  /**
   * Where the editor and the admin API are, without a slash at the end: `http://127.0.0.1:1880`.
   */
  readonly url: string;
  readonly port: number;
  readonly userDir: string;
  readonly pid: number;
  /** How long the start took, from spawning the process to running flows, in milliseconds. */
  readonly startMs: number;
  readonly process: HostProcess;
  /** Everything it has written so far. */
  output(): string;
  /** SIGTERM, then SIGKILL after `boundMs` (default 10 s). Idempotent, never throws. */
  stop(boundMs?: number): Promise<void>;
  /** SIGKILL, as a crash. */
  kill(): Promise<void>;
  /** SIGSTOP: the process freezes, its sockets stay open. */
  suspend(): void;
  /** SIGCONT. */
  resume(): void;
}

/**
 * Starts Node-RED and waits until its admin API answers and its flows run.
 *
 * @throws Error with the last lines of the output when it ends early, misses the deadline or lacks
 *   a node type that its flows use.
 */
export async function startNodeRed(options: NodeRedOptions): Promise<NodeRedHost> {
  const { version, bin, executable } = await installNodeRed({
    ...(options.version ? { version: options.version } : {}),
    ...(options.onProgress ? { onProgress: options.onProgress } : {}),
  });
  const userDir = path.resolve(options.userDir);
  const port = await portOrFree(options.port);
  await prepareUserDir(userDir, port, options);
  const env = nodeRuntime().env;
  const startedAt = Date.now();
  const child = await HostProcess.start({
    name: `Node-RED ${version}`,
    command: executable,
    args: [bin, '--userDir', userDir, '--port', String(port), '--no-telemetry'],
    cwd: userDir,
    env: {
      ...env,
      PATH: [path.dirname(executable), env['PATH'] ?? ''].join(path.delimiter),
      NODE_RED_DISABLE_TELEMETRY: '1',
      ...options.env,
    },
    onOutput: options.onOutput,
  });
  const url = `http://127.0.0.1:${port}`;
  try {
    const logs = options.settings?.['logging'] === undefined;
    await waitUntil(`Node-RED ${version} at ${url} to run its flows`, () => flowsRun(child, url, logs), {
      deadlineMs: options.deadlineMs ?? 60_000,
      giveUp: () => child.exitError() ?? missingTypes(child),
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
    userDir,
    pid: child.pid,
    startMs: Date.now() - startedAt,
    process: child,
    output: () => child.output(),
    stop: (boundMs) => child.stop(boundMs),
    kill: () => child.kill(),
    suspend: () => {
      child.suspend();
    },
    resume: () => {
      child.resume();
    },
  };
}

/** Writes the settings and flows, and installs the packages. */
async function prepareUserDir(userDir: string, port: number, options: NodeRedOptions): Promise<void> {
  await mkdir(userDir, { recursive: true });
  await writePackageJson(userDir);
  await installPackages(userDir, options.packages ?? []);
  await writeFile(
    path.join(userDir, 'settings.js'),
    settingsFile(port, options.settings, options.middleware),
  );
  if (options.flows) {
    await writeFile(path.join(userDir, 'flows.json'), JSON.stringify(options.flows, undefined, 2));
    await writeFile(path.join(userDir, 'flows_cred.json'), JSON.stringify(options.credentials ?? {}));
  } else {
    await writeFile(path.join(userDir, 'flows.json'), '[]', { flag: 'wx' }).catch(() => undefined);
  }
}

async function writePackageJson(userDir: string): Promise<void> {
  const content = {
    name: 'node-red-project',
    description: 'A Node-RED user directory',
    version: '0.0.1',
    private: true,
  };
  await writeFile(path.join(userDir, 'package.json'), JSON.stringify(content, undefined, 2), {
    flag: 'wx',
  }).catch(() => undefined);
}

async function installPackages(userDir: string, packages: string[]): Promise<void> {
  if (packages.length === 0) return;
  const flags = [
    '--ignore-scripts',
    '--omit=dev',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--prefer-offline',
  ];
  await withTarballs(packages, (tarballs) =>
    runCommand({
      name: `npm install into ${userDir}`,
      command: npmCommand,
      args: ['install', '--install-links', ...flags, ...tarballs],
      cwd: userDir,
      env: nodeRuntime().env,
      deadlineMs: 180_000,
    }),
  );
}

function settingsFile(port: number, own: JsonObject = {}, middleware?: NodeRedOptions['middleware']): string {
  const settings: JsonObject = {
    uiHost: '127.0.0.1',
    uiPort: port,
    flowFile: 'flows.json',
    flowFilePretty: true,
    credentialSecret: false,
    // Keeps debug messages whole.
    debugMaxLength: 1_000_000,
    lang: 'en-US',
    runtimeState: { enabled: true, ui: false },
    telemetry: { enabled: false, updateNotification: false },
    externalModules: { autoInstall: false },
    editorTheme: { tours: false, projects: { enabled: false } },
    logging: { console: { level: 'info', metrics: false, audit: false } },
    ...own,
  };
  const json = `module.exports = ${JSON.stringify(settings, undefined, 2)};\n`;
  if (middleware === undefined) return json;
  const exported = `require(${JSON.stringify(middleware.module)})[${JSON.stringify(middleware.name)}]`;
  return `${json}module.exports.httpAdminMiddleware = module.exports.httpNodeMiddleware = ${exported};\n`;
}

/**
 * The admin API answers before the flows run, and `/flows/state` says `start` before all nodes are
 * made, so the log line that ends the start is awaited too, unless the settings silence it.
 */
async function flowsRun(child: HostProcess, url: string, logs: boolean): Promise<boolean> {
  const response = await fetch(`${url}/flows/state`, { signal: AbortSignal.timeout(5_000) });
  // Without a login the API refuses, so only the log can tell.
  if (response.status === 401) return child.output().includes('Started flows');
  if (!response.ok) return false;
  const body = parseJson(await response.text(), '/flows/state');
  if (!isObject(body) || body['state'] !== 'start') return false;
  return !logs || child.output().includes('Started flows');
}

function missingTypes(child: HostProcess): Error | undefined {
  if (!/Waiting for missing types to be registered/.test(child.output())) return undefined;
  return new Error(
    `${child.name} does not have all node types of its flows. Its last output:\n${child.tail()}`,
  );
}

/** Whether a package stands in the user directory. */
export async function hasPackage(userDir: string, name: string): Promise<boolean> {
  return access(path.join(userDir, 'node_modules', name, 'package.json')).then(
    () => true,
    () => false,
  );
}
