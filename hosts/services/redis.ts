import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { waitUntil } from '../deadline.ts';
import { portOrFree } from '../ports.ts';
import { HostProcess } from '../processes.ts';
import { findProgram } from './program.ts';

export interface RedisOptions {
  /** The TCP port on the loopback address; 0 or left out: a free one. */
  port?: number;
}

/** A running Redis without a password, which holds its data in memory alone. */
export interface RedisService {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly process: HostProcess;
  /**
   * Sends a command, e.g. `LLEN list`, and returns the first line of Redis's answer, e.g. `:3`.
   * Rejects after two seconds.
   */
  command(line: string): Promise<string>;
  /**
   * SIGTERM, then SIGKILL after `boundMs` (default 5 s); removes its folder. Idempotent, never
   * throws.
   */
  stop(boundMs?: number): Promise<void>;
}

/**
 * Starts a Redis on the loopback address, in a temporary folder.
 *
 * @throws MissingProgramError when Debian's package `redis-server` is not installed
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisService> {
  const program = await findProgram('redis-server', 'redis-server');
  const folder = await mkdtemp(path.join(tmpdir(), 'redis-'));
  const port = await portOrFree(options.port);
  const settings = { bind: '127.0.0.1', port: String(port), dir: folder, save: '', appendonly: 'no' };
  const child = await HostProcess.start({
    name: `Redis at port ${port}`,
    command: program,
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    cwd: folder,
    env: { PATH: process.env['PATH'] },
  });
  const stop = async (boundMs = 5_000): Promise<void> => {
    await child.stop(boundMs);
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  };
  try {
    await waitUntil(`${child.name} to answer`, async () => (await send(port, 'PING')) === '+PONG', {
      deadlineMs: 20_000,
      giveUp: () => child.exitError(),
      details: () => `Its last output:\n${child.tail()}`,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { host: '127.0.0.1', port, process: child, command: (line) => send(port, line), stop };
}

function send(port: number, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on('connect', () => socket.write(`${line}\r\n`));
    socket.on('data', (data) => {
      answer += data.toString('utf8');
      const end = answer.indexOf('\r\n');
      if (end < 0) return;
      resolve(answer.slice(0, end));
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      reject(new Error(`Redis at port ${port} did not answer`));
    });
  });
}
