/** `npm run soak -- --minutes N`: see `options.ts`, or run it with `--help`. */
import { parseOptions, USAGE } from './options.ts';
import { runSoak } from './run.ts';

const args = process.argv.slice(2);
if (args.includes('--help')) {
  console.log(USAGE);
} else {
  try {
    const { passed } = await runSoak(parseOptions(args), (line) => {
      console.log(line);
    });
    process.exitCode = passed ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  }
}
