/** What an idle session costs in memory, beside a bare `ws` connection: the slope over 1,000, 3,000 and 10,000 of them. */
import { runBenchmark } from './support/benchmark.ts';
import { numberIn } from './support/fields.ts';
import { inRounds, ratioOf } from './support/rounds.ts';
import { addressOf, CLIENT, SIDES, type Side } from './support/sides.ts';
import { fitLine } from './support/statistics.ts';
import { withWorkers } from './support/worker.ts';

const KB = 1_024;
/**
 * Sessions are opened so many at a time. What thousands leave behind that are dialled in one moment is a matter of that moment, and
 * our limiter never does it.
 */
const AT_ONCE = 100;
/**
 * The young generation, which Node.js lets grow up to some 100 MB while anything is opened and does not give back, is kept small on
 * both sides, so that the slope is what sessions hold. In megabytes.
 */
const SMALL_YOUNG_GENERATION = ['--max-semi-space-size=1'];

await runBenchmark(
  'sessions-memory',
  'memory of an idle session, linear fit',
  async ({ quick, progress }) => {
    const counts = quick ? [500, 1_000, 3_000] : [1_000, 3_000, 10_000];
    const slopes = async (side: Side, flags: readonly string[]): Promise<{ rss: number; heap: number }> => {
      const points = [];
      for (const count of counts) points.push({ count, ...(await memoryOf(side, count, flags)) });
      return {
        rss: fitLine(points.map(({ count, rss }) => ({ x: count, y: rss }))).slope / KB,
        heap: fitLine(points.map(({ count, heap }) => ({ x: count, y: heap }))).slope / KB,
      };
    };
    const measured = await inRounds(quick ? 1 : 5, SIDES, (side, round) => {
      progress(`round ${round + 1}: ${side}`);
      return slopes(side, SMALL_YOUNG_GENERATION);
    });
    const usual = await inRounds(quick ? 1 : 3, SIDES, (side, round) => {
      progress(`round ${round + 1} with the defaults of Node.js: ${side}`);
      return slopes(side, []);
    });
    const usualRss = (side: Side): number[] => usual[side].map((one) => one.rss);
    const rss = (side: Side): number[] => measured[side].map((one) => one.rss);
    const heap = (side: Side): number[] => measured[side].map((one) => one.heap);
    return {
      series: [
        { label: 'core, resident', unit: 'KB', values: rss('core') },
        { label: 'bare ws, resident', unit: 'KB', values: rss('bare') },
        { label: 'core, resident, defaults of Node.js', unit: 'KB', values: usualRss('core') },
        { label: 'bare ws, resident, defaults of Node.js', unit: 'KB', values: usualRss('bare') },
        { label: 'core, heap and buffers', unit: 'KB', values: heap('core') },
        { label: 'bare ws, heap and buffers', unit: 'KB', values: heap('bare') },
      ],
      verdicts: [
        {
          label: 'resident',
          unit: '×',
          ...ratioOf(rss('core'), rss('bare')),
          target: { at: 'most', value: 1.2 },
        },
        {
          label: 'resident, defaults of Node.js',
          unit: '×',
          ...ratioOf(usualRss('core'), usualRss('bare')),
          target: { at: 'most', value: 1.2 },
        },
        {
          label: 'heap',
          unit: '×',
          ...ratioOf(heap('core'), heap('bare')),
        },
      ],
    };
  },
);

async function memoryOf(
  side: Side,
  sessions: number,
  flags: readonly string[],
): Promise<{ rss: number; heap: number }> {
  return withWorkers(async (start) => {
    const server = start('wire/server.ts');
    const client = start(CLIENT[side], [], ['--expose-gc', ...flags]);
    await client.ask({ do: 'open', url: await addressOf(server), sessions, atOnce: AT_ONCE });
    const memory = await client.ask({ do: 'memory' });
    return { rss: numberIn(memory, 'rss'), heap: numberIn(memory, 'heap') };
  });
}
