import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { PostgresqlService } from '../services/postgresql.ts';
import type { RedisService } from '../services/redis.ts';
import { startN8n } from './launch.ts';
import type { N8nCommand, N8nHost } from './launch.ts';

export interface QueueModeOptions {
  /** Holds one folder per process, as containers would have. */
  folder: string;
  postgresql: PostgresqlService;
  redis: RedisService;
  /** Tarballs or package folders, put in place for every process. */
  packages?: string[];
  /** Added to the environment of every process. */
  env?: Record<string, string>;
}

/** The settings of n8n's database. */
function postgresqlEnvironment(postgresql: PostgresqlService): Record<string, string> {
  return {
    DB_TYPE: 'postgresdb',
    DB_POSTGRESDB_HOST: postgresql.host,
    DB_POSTGRESDB_PORT: String(postgresql.port),
    DB_POSTGRESDB_DATABASE: postgresql.database,
    DB_POSTGRESDB_USER: postgresql.user,
    DB_POSTGRESDB_PASSWORD: postgresql.password,
  };
}

/**
 * Starts processes of one n8n in queue mode: they share database, queue and encryption key, and
 * nothing else. Start a main process first, since it prepares the database.
 */
export class N8nInQueueMode {
  readonly #options: QueueModeOptions;
  readonly #env: Record<string, string>;
  readonly #started: N8nHost[] = [];

  constructor(options: QueueModeOptions) {
    const { postgresql, redis, env } = options;
    this.#options = options;
    this.#env = {
      ...postgresqlEnvironment(postgresql),
      EXECUTIONS_MODE: 'queue',
      QUEUE_BULL_REDIS_HOST: redis.host,
      QUEUE_BULL_REDIS_PORT: String(redis.port),
      N8N_ENCRYPTION_KEY: randomBytes(16).toString('hex'),
      ...env,
    };
  }

  /**
   * Starts a process; one with the name of an earlier one takes over its folder.
   *
   * @param port the TCP port on the loopback address; left out: a free one
   */
  async start(name: string, command: N8nCommand, port?: number): Promise<N8nHost> {
    const { folder, packages } = this.#options;
    const host = await startN8n({
      userFolder: path.join(folder, name),
      command,
      ...(packages === undefined ? {} : { packages }),
      ...(port === undefined ? {} : { port }),
      env: this.#env,
    });
    this.#started.push(host);
    return host;
  }

  /** Stops every process. Idempotent, never throws. */
  async stop(): Promise<void> {
    await Promise.all(this.#started.map((host) => host.stop()));
  }
}
