import { parseArgs } from 'node:util';

/** The user's options. */
export interface DemoOptions {
  /** The host that runs the flow. */
  host: 'node-red' | 'n8n';
  /** Whether calls are placed automatically. */
  calls: boolean;
  /** Whether data of earlier runs (flow, CRM) is deleted. */
  fresh: boolean;
  /** The folder for the host's files and the CRM, relative to the current folder. */
  folder: string | undefined;
  ports: DemoPorts;
}

/** Preferred TCP ports; a taken one is replaced. */
export interface DemoPorts {
  simulator: number;
  console: number;
  editor: number;
  result: number;
}

/** Invalid options; the message is for the user. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
}

const defaultPorts: Readonly<Record<DemoOptions['host'], DemoPorts>> = {
  'node-red': { simulator: 14327, console: 14380, editor: 1880, result: 14390 },
  n8n: { simulator: 14327, console: 14380, editor: 5678, result: 14390 },
};

export const help = `Shows what calls become in a flow: a simulated Accolades PBX, an editor with a flow, and what the flow did.

Usage: npm start -- [options]

Options:
  --n8n                    n8n instead of Node-RED (installed on first use: about 2 GB, some minutes)
  --no-calls               no calls by themselves; place them in the console
  --fresh                  forget the flow, the CRM and the logins of earlier runs
  --folder <folder>        where they are kept (default: .demo in the repository)
  --simulator-port <port>  the PBX itself, WebSocket (default: 14327)
  --console-port <port>    its console (default: 14380)
  --editor-port <port>     the flow editor (default: 1880 for Node-RED, 5678 for n8n)
  --result-port <port>     what the flow did (default: 14390)
  -h, --help               this text

A port that is taken is replaced by another one. With SLACK_WEBHOOK_URL in the environment, the messages
also go to that Slack channel.`;

/**
 * @returns the options, or `help` when the user asked for help
 * @throws OptionsError
 */
export function readOptions(args: readonly string[]): DemoOptions | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const host = values.n8n ? 'n8n' : 'node-red';
  const ports = defaultPorts[host];
  return {
    host,
    calls: !values['no-calls'],
    fresh: values.fresh,
    folder: values.folder,
    ports: {
      simulator: port('simulator-port', values['simulator-port']) ?? ports.simulator,
      console: port('console-port', values['console-port']) ?? ports.console,
      editor: port('editor-port', values['editor-port']) ?? ports.editor,
      result: port('result-port', values['result-port']) ?? ports.result,
    },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        n8n: { type: 'boolean', default: false },
        'no-calls': { type: 'boolean', default: false },
        fresh: { type: 'boolean', default: false },
        folder: { type: 'string' },
        'simulator-port': { type: 'string' },
        'console-port': { type: 'string' },
        'editor-port': { type: 'string' },
        'result-port': { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function port(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < 1 || number > 65_535) {
    throw new OptionsError(`--${name} needs a number from 1 to 65535.`);
  }
  return number;
}
