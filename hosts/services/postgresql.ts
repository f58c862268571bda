import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { waitUntil } from '../deadline.ts';
import { portOrFree } from '../ports.ts';
import { HostProcess, runCommand } from '../processes.ts';
import { findProgram, postgresqlFolders } from './program.ts';

export interface PostgresqlOptions {
  /** The TCP port on the loopback address; 0 or left out: a free one. */
  port?: number;
}

/**
 * A running PostgreSQL with one empty database. It is made for tests: a crash of the machine may
 * cost its data.
 */
export interface PostgresqlService {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly user: 'postgres';
  /** Made anew at each start. */
  readonly password: string;
  readonly database: 'postgres';
  readonly process: HostProcess;
  /**
   * Runs SQL with `psql` and returns what it prints: a line for each row, columns separated by `|`.
   */
  sql(text: string): Promise<string>;
  /**
   * Ends all connections and the server, kills it after `boundMs` (default 10 s), removes its
   * folder. Idempotent, never throws.
   */
  stop(boundMs?: number): Promise<void>;
}

const commandMs = 60_000;
const aptPackage = 'postgresql';

/** Tests need no durability; without it PostgreSQL is several times faster. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '100' };

/**
 * Starts a PostgreSQL on the loopback address, in a temporary folder.
 *
 * As root it runs as the user `postgres`, since PostgreSQL refuses to run as root.
 *
 * @throws MissingProgramError when Debian's package `postgresql` is not installed
 */
export async function startPostgresql(options: PostgresqlOptions = {}): Promise<PostgresqlService> {
  const folders = await postgresqlFolders();
  const initdb = await findProgram('initdb', aptPackage, folders);
  const server = await findProgram('postgres', aptPackage, folders);
  const psql = await findProgram('psql', 'postgresql-client', folders);
  const folder = await mkdtemp(path.join(tmpdir(), 'postgresql-'));
  const remove = () => rm(folder, { recursive: true, force: true }).catch(() => undefined);
  try {
    const port = await portOrFree(options.port);
    const password = randomBytes(16).toString('hex');
    await initialise(initdb, folder, password);
    const child = await startServer(server, folder, port);
    return await whenReady(child, { psql, port, password, remove });
  } catch (error) {
    await remove();
    throw error;
  }
}

async function initialise(initdb: string, folder: string, password: string): Promise<void> {
  const passwordFile = path.join(folder, 'password');
  await writeFile(passwordFile, password);
  await chmod(folder, 0o700);
  if (isRoot()) await run('chown', ['-R', 'postgres', folder], '/');
  await run(
    ...asPostgres(initdb, [
      '--pgdata',
      path.join(folder, 'data'),
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
    ]),
    folder,
  );
}

function startServer(server: string, folder: string, port: number): Promise<HostProcess> {
  const all = { ...settings, listen_addresses: '127.0.0.1', unix_socket_directories: folder };
  const [command, args] = asPostgres(server, [
    '-D',
    path.join(folder, 'data'),
    '-p',
    String(port),
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  return HostProcess.start({
    name: `PostgreSQL at port ${port}`,
    command,
    args,
    cwd: folder,
    env: environment(),
  });
}

async function whenReady(
  child: HostProcess,
  parts: { psql: string; port: number; password: string; remove: () => Promise<void> },
): Promise<PostgresqlService> {
  const { psql, port, password, remove } = parts;
  const sql = (text: string): Promise<string> =>
    runCommand({
      name: 'psql',
      command: psql,
      args: ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', ...psqlFlags, '-c', text],
      cwd: '/',
      env: { ...environment(), PGPASSWORD: password, PGCONNECT_TIMEOUT: '5' },
      deadlineMs: commandMs,
    });
  const stop = async (boundMs = 10_000): Promise<void> => {
    // SIGTERM would wait for all clients; SIGINT disconnects them.
    interrupt(child);
    await child.stop(boundMs);
    await remove();
  };
  try {
    await waitUntil(`${child.name} to answer`, async () => (await sql('select 1')).trim() === '1', {
      deadlineMs: 30_000,
      giveUp: () => child.exitError(),
      details: () => `Its last output:\n${child.tail()}`,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  const fixed = { host: '127.0.0.1', user: 'postgres', database: 'postgres' } as const;
  return { ...fixed, port, password, process: child, sql, stop };
}

/** No start-up file, bare rows, exit code 1 on errors. */
const psqlFlags = ['-d', 'postgres', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1'];

/** `setpriv` replaces itself by the command, so signals reach it; `runuser` would not. */
function asPostgres(command: string, args: string[]): [string, string[]] {
  if (!isRoot()) return [command, args];
  return ['setpriv', ['--reuid=postgres', '--regid=postgres', '--init-groups', '--', command, ...args]];
}

function run(command: string, args: string[], cwd: string): Promise<string> {
  const name = [command, ...args].find((word) => word.startsWith('/')) ?? command;
  return runCommand({ name, command, args, cwd, env: environment(), deadlineMs: commandMs });
}

function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C' };
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function interrupt(child: HostProcess): void {
  if (child.exit !== undefined) return;
  try {
    process.kill(child.pid, 'SIGINT');
  } catch {
    // It has ended already.
  }
}
