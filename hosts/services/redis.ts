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
  /** SIGTERM, then SIGKILL after `boundMs` (default 5 s); removes its folder. Idempotent, never throws. */
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
    await waitUntil(`${child.name} to answer`, () => answersPing(port), {
      deadlineMs: 20_000,
      giveUp: () => child.exitError(),
      details: () => `Its last output:\n${child.tail()}`,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { host: '127.0.0.1', port, process: child, stop };
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on('connect', () => socket.write('PING\r\n'));
    socket.on('data', (data) => {
      resolve(data.toString('latin1').startsWith('+PONG'));
      socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(false);
    });
  });
}
