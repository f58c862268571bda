import type { PostgresqlService } from '../../hosts/services/postgresql.ts';
import type { RedisService } from '../../hosts/services/redis.ts';

/** An execution that did not succeed, with the calls in its data. */
export interface UnfinishedExecution {
  readonly id: string;
  /** n8n's status: `crashed`, `error`, or `running` or `new` while n8n still expects an end. */
  readonly status: string;
  readonly call: string;
}

/** Whether no job waits for a worker or is held by one; n8n first has to detect dead workers. */
export async function queueIsEmpty(redis: RedisService): Promise<boolean> {
  const answers = await Promise.all([
    redis.command('LLEN bull:jobs:wait'),
    redis.command('ZCARD bull:jobs:priority'),
    redis.command('LLEN bull:jobs:active'),
  ]);
  return answers.every((answer) => answer === ':0');
}

/**
 * The executions for calls of a series that did not succeed. n8n is configured to delete the
 * others.
 *
 * @param series the prefix of the calls' ids, up to the dot
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
