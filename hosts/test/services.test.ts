import { access } from 'node:fs/promises';
import { expect } from 'chai';
import { waitUntil } from '../deadline.ts';
import { startPostgresql } from '../services/postgresql.ts';
import { findProgram, MissingProgramError } from '../services/program.ts';
import { startRedis } from '../services/redis.ts';

describe('Services on the loopback address', function () {
  this.timeout(60_000);

  it('PostgreSQL starts, answers SQL, and ends with its folder though a client is at work', async () => {
    const database = await startPostgresql();
    const folder = /Unix socket "([^"]+)\/\.s\.PGSQL/.exec(database.process.output())?.[1] ?? '';
    await access(folder);
    await database.sql('create table calls (id text); insert into calls values ($$1.1$$)');
    expect((await database.sql('select id, 2 from calls')).trim()).to.equal('1.1|2');
    const failed: unknown = await database.sql('select nothing').catch((error: unknown) => error);
    expect(String(failed)).to.match(/column "nothing" does not exist/);
    const working = database.sql('select pg_sleep(60)').catch((error: unknown) => String(error));
    await waitUntil(
      'the long query',
      async () => {
        const running = `select 1 from pg_stat_activity where query like 'select pg_sleep%'`;
        return (await database.sql(running)).trim() === '1';
      },
      { deadlineMs: 10_000 },
    );
    const startedAt = performance.now();
    await database.stop();
    await database.stop();
    expect(performance.now() - startedAt).to.be.lessThan(9_000);
    expect(database.process.exit?.code).to.equal(0);
    expect(await working).to.match(/terminating connection/);
    const left: unknown = await access(folder).catch((error: unknown) => error);
    expect(left).to.be.an('error');
  });

  it('Redis starts, answers, and ends; two stand beside each other', async () => {
    const [one, two] = await Promise.all([startRedis(), startRedis()]);
    expect(one.port).to.not.equal(two.port);
    expect(await one.command('RPUSH list a b')).to.equal(':2');
    expect(await two.command('LLEN list')).to.equal(':0');
    await one.stop();
    await one.stop();
    expect(one.process.exit?.code).to.equal(0);
    expect(two.process.exit).to.equal(undefined);
    await two.stop();
  });

  it('names the Debian package of a program that is missing', async () => {
    const error: unknown = await findProgram('no-such-server', 'redis-server').catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(MissingProgramError);
    expect(String(error)).to.include('no-such-server is not installed').and.include('redis-server');
  });
});
