/** `npm start`: the demonstration, from the command line. */
import { nodeRuntime } from '../hosts/node-runtime.ts';
import type { StartedDemo } from './demo.ts';
import { nodeProblem } from './node-version.ts';
import { help, OptionsError, readOptions } from './options.ts';
import type { DemoOptions } from './options.ts';
import { bold, dim, failure, flowMessageLine, link, warning } from './terminal.ts';

/**
 * One Ctrl-C can arrive twice: from the terminal, and from the tool that runs this. In
 * milliseconds.
 */
const sameKeyMs = 300;

let options: DemoOptions | 'help';
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof OptionsError)) throw error;
  console.error(`${failure(error.message)}\nAll options: npm start -- --help`);
  process.exit(2);
}
if (options === 'help') console.log(help);
else {
  const problem = nodeProblem(process.versions.node, nodeRuntime().version, options.host);
  if (problem !== null) {
    console.error(failure(problem));
    process.exit(1);
  }
  await run(options);
}

async function run(options: DemoOptions): Promise<void> {
  const startedAt = performance.now();
  const seconds = (): string => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  // Imported late, because an old Node.js cannot even load it.
  const { Demo } = await import('./demo.ts');
  const demo = new Demo(options, {
    progress: (text) => {
      console.log(dim(`  ${text} …`));
    },
    notice: (text) => {
      console.log(warning(`  ${text}`));
    },
    flowMessage: (message) => {
      console.log(flowMessageLine(message));
    },
  });
  let stopping = false;
  // Checked after each wait: a signal may have arrived meanwhile.
  const isStopping = (): boolean => stopping;
  const end = async (exitCode: number): Promise<never> => {
    stopping = true;
    await demo.close();
    process.exit(exitCode);
  };
  let pressedAt = 0;
  const onSignal = (): void => {
    if (stopping) {
      if (performance.now() - pressedAt < sameKeyMs) return;
      demo.killNow();
      process.exit(130);
    }
    pressedAt = performance.now();
    console.log(dim('\nStopping … (Ctrl-C again: at once)'));
    void end(0);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('SIGHUP', onSignal);

  console.log(bold('Accolades Flow: calls become flow messages'));
  try {
    const started = await demo.start();
    if (isStopping()) return;
    printAddresses(started, options, seconds());
    const reason = await started.run();
    if (isStopping()) return;
    console.error(failure(reason.message));
  } catch (error) {
    if (isStopping()) return;
    console.error(failure(error instanceof Error ? error.message : String(error)));
  }
  await end(1);
}

function printAddresses(started: StartedDemo, options: DemoOptions, duration: string): void {
  const { host } = started;
  console.log(`
  Ready in ${duration}. Open ${bold(link(started.showUrl))}
  which shows, side by side:

    ${bold('The PBX')}             ${link(started.consoleUrl)}   ${dim('place calls here')}
    ${bold('The flow')}            ${link(host.editorUrl)}   ${dim(host.name)}
    ${bold('What the flow did')}   ${link(started.resultUrl)}`);
  if (host.login) {
    console.log(`
    Log in to n8n with ${bold(host.login.email)} and the password ${bold(host.login.password)}
    ${dim('(made for this demonstration; n8n answers on this machine only)')}`);
  }
  console.log('');
  if (started.realSlack) console.log('  Messages go to your Slack (SLACK_WEBHOOK_URL).');
  if (host.kept) console.log(dim('  The flow is as you left it; --fresh starts over.'));
  console.log(
    dim(
      `  ${options.calls ? 'Calls place themselves; p' : 'P'}lace your own in the PBX. Ctrl-C ends everything.\n`,
    ),
  );
}
