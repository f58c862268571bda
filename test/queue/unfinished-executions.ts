import type { PostgresqlService } from '../../hosts/services/postgresql.ts';
import type { RedisService } from '../../hosts/services/redis.ts';

/** An execution that did not end well, with the calls that its data names. */
export interface UnfinishedExecution {
  readonly id: string;
  /** As n8n has it: `crashed`, `error`, or `running` or `new` when n8n still believes so. */
  readonly status: string;
  readonly call: string;
}

/**
 * Whether no job waits for a worker and none is held by one, a dead one included until n8n has
 * found out.
 */
export async function queueIsEmpty(redis: RedisService): Promise<boolean> {
  const answers = await Promise.all([
    redis.command('LLEN bull:jobs:wait'),
    redis.command('ZCARD bull:jobs:priority'),
    redis.command('LLEN bull:jobs:active'),
  ]);
  return answers.every((answer) => answer === ':0');
}

/**
 * The executions for calls of a series that did not end well. n8n is set to delete those that did.
 *
 * @param series what the calls' ids begin with, up to the dot
 */
export async function unfinishedExecutions(
  postgresql: PostgresqlService,
  series: number,
): Promise<UnfinishedExecution[]> {
  const rows = await postgresql.sql(
    `select e.id, e.status, substring(d.data from '${series}\\.[0-9]+') from execution_entity e ` +
      `join execution_data d on d."executionId" = e.id where d.data like '%${series}.%' ` +
      `and e.status <> 'success' and e."deletedAt" is null order by e.id`,
  );
  return rows
    .split('\n')
    .map((row) => row.split('|'))
    .filter((columns) => columns.length === 3)
    .map(([id = '', status = '', call = '']) => ({ id, status, call }));
}
