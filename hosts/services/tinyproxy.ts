import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { waitUntil } from '../deadline.ts';
import { portOrFree } from '../ports.ts';
import { HostProcess } from '../processes.ts';
import { findProgram } from './program.ts';

export interface TinyproxyOptions {
  /** The TCP port on the loopback address; 0 or left out: a free one. */
  port?: number;
  /** Required by Basic authentication. Default: none. */
  user?: { readonly name: string; readonly password: string };
  /** The ports that CONNECT may reach; many companies allow only 443. Default: all. */
  connectPorts?: readonly number[];
}

/** A running HTTP proxy, as in a company network. */
export interface TinyproxyService {
  readonly port: number;
  /** For `HTTPS_PROXY`, without user and password. */
  readonly url: string;
  readonly process: HostProcess;
  /** The CONNECT targets so far, in order, such as `pbx.example:14327`. */
  tunnels(): string[];
  /**
   * SIGTERM, then SIGKILL after `boundMs` (default 5 s); removes its folder. Idempotent, never
   * throws.
   */
  stop(boundMs?: number): Promise<void>;
}

/**
 * Starts a tinyproxy on the loopback address.
 *
 * @throws MissingProgramError when Debian's package `tinyproxy` is not installed
 */
export async function startTinyproxy(options: TinyproxyOptions = {}): Promise<TinyproxyService> {
  const program = await findProgram('tinyproxy', 'tinyproxy', ['/usr/bin', '/usr/sbin']);
  const folder = await mkdtemp(path.join(tmpdir(), 'tinyproxy-'));
  const port = await portOrFree(options.port);
  const { user, connectPorts = [] } = options;
  const settings = [
    `Port ${port}`,
    'Listen 127.0.0.1',
    'Timeout 600',
    'MaxClients 100',
    'LogLevel Connect',
    ...(user === undefined ? [] : [`BasicAuth ${user.name} ${user.password}`]),
    ...connectPorts.map((allowed) => `ConnectPort ${allowed}`),
  ];
  const file = path.join(folder, 'tinyproxy.conf');
  await writeFile(file, `${settings.join('\n')}\n`, { mode: 0o600 });
  const child = await HostProcess.start({
    name: `tinyproxy at port ${port}`,
    command: program,
    args: ['-d', '-c', file],
    cwd: folder,
    env: { PATH: process.env['PATH'] },
  });
  const stop = async (boundMs = 5_000): Promise<void> => {
    await child.stop(boundMs);
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  };
  try {
    await waitUntil(`${child.name} to listen`, () => listens(port), {
      deadlineMs: 20_000,
      giveUp: () => child.exitError(),
      details: () => `Its last output:\n${child.tail()}`,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    process: child,
    tunnels: () => [...child.output().matchAll(/: CONNECT (\S+) HTTP/g)].map(([, target = '']) => target),
    stop,
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      resolve(true);
      socket.destroy();
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
