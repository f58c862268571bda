#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { selfSignedCertificate } from './command/certificate.ts';
import type { SelfSignedCertificate } from './command/certificate.ts';
import { vendorConnectorHints } from './connectors/agent-page.ts';
import { createSimulator } from './create-simulator.ts';
import { DEMO_ACCOUNT, DEMO_AGENTS } from './demo-agents.ts';
import type { AgentSetup } from './pbx/agent.ts';
import { MAX_CALLS_PER_MINUTE } from './pbx/call-traffic.ts';
import type { AccountSetup } from './rest-api/account-directory.ts';
import type { Simulator } from './simulator.ts';
import type { SimulatorOptions } from './simulator-options.ts';
import type { AuthSuccessType } from './websocket-api/messages.ts';

/** The port of the real service. */
const DEFAULT_PORT = 14_327;
const DEFAULT_CONSOLE_PORT = 14_380;
const DEFAULT_REST_PORT = 14_381;
const DEFAULT_CONNECTOR_PORT = 14_382;

interface CommandOptions {
  host: string;
  port: number;
  /** False: `--no-console`. */
  console: boolean;
  consolePort: number;
  /** False: `--no-rest`. */
  rest: boolean;
  restPort: number;
  connector?: string;
  connectorPort: number;
  account?: AccountSetup[];
  anyPort?: boolean;
  agent?: AgentSetup[];
  authSuccessType: AuthSuccessType;
  apiVersion: string;
  sessionTimeout: number;
  callsPerMinute?: number;
  tlsKey?: string;
  tlsCert?: string;
  selfSigned?: string;
  logFrames?: boolean;
}

const command: Command = new Command('accolades-simulator')
  .version(ownVersion())
  .description(
    'An Accolades PBX in a box: a WebSocket API to connect to, and a web console to place calls in.',
  )
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--port <number>', 'port of the WebSocket API; 0 takes a free one', readPort, DEFAULT_PORT)
  .option(
    '--console-port <number>',
    'port of the web console; 0 takes a free one',
    readPort,
    DEFAULT_CONSOLE_PORT,
  )
  .option('--no-console', 'no web console')
  .option('--rest-port <number>', 'port of the REST API; 0 takes a free one', readPort, DEFAULT_REST_PORT)
  .option('--no-rest', 'no REST API')
  .option(
    '--account <number=password>',
    `an account of the REST API; can be repeated (default: ${DEMO_ACCOUNT.accountNumber}=${DEMO_ACCOUNT.password})`,
    readAccount,
  )
  .option(
    '--connector <path>',
    'a custom connector (zip, HTML file or folder), served in the page of each agent',
  )
  .option(
    '--connector-port <number>',
    'port of the pages of agents; 0 takes a free one',
    readPort,
    DEFAULT_CONNECTOR_PORT,
  )
  .option('--any-port', 'take free ports when those are in use')
  .option(
    '--agent <name=idCrm>',
    'an agent, or several separated by commas; can be repeated (default: three demo agents)',
    readAgents,
  )
  .addOption(
    new Option(
      '--auth-success-type <type>',
      "how success is spelled; the vendor's own connector needs authSuccess",
    )
      .choices(['authSucces', 'authSuccess'])
      .default('authSucces'),
  )
  .option('--api-version <version>', 'what the server says its version is', '1.1.0')
  .option('--session-timeout <seconds>', 'how long the session of a silent client is held', readPositive, 60)
  .option('--calls-per-minute <number>', 'place calls by itself', readRate)
  .option('--tls-key <file>', 'private key (PEM), for wss')
  .option('--tls-cert <file>', 'certificate (PEM), for wss')
  .option(
    '--self-signed <folder>',
    'wss with a self-signed certificate, which is made once and kept in this folder',
  )
  .option('--log-frames', 'print every frame, with keys masked')
  .action(run);

await command.parseAsync();

async function run(options: CommandOptions): Promise<void> {
  let simulator: Simulator;
  let certificate: SelfSignedCertificate | null;
  try {
    certificate = await certificateFor(options);
    simulator = await start(options, certificate);
  } catch (error) {
    command.error(`accolades-simulator: ${explain(error, options)}`, { exitCode: 1 });
  }
  endOnSignals(simulator);
  if (options.logFrames) {
    simulator.on('frame', (frame) => {
      const arrow = frame.direction === 'in' ? '←' : '→';
      console.log(
        `${new Date(frame.at).toISOString()} ${arrow} ${frame.name ?? frame.agent ?? '?'}  ${frame.text}`,
      );
    });
  }
  if (options.callsPerMinute !== undefined) simulator.traffic.start(options.callsPerMinute);
  printAddresses(simulator, certificate);
  console.log('Press Ctrl-C to stop.');
}

function printAddresses(simulator: Simulator, certificate: SelfSignedCertificate | null): void {
  const agents = simulator.agents();
  console.log('Accolades simulator');
  console.log(`  WebSocket API  ${simulator.url}`);
  if (certificate !== null) {
    console.log(`  Certificate    ${certificate.file}`);
    console.log(`    To trust it in n8n and Node-RED: NODE_EXTRA_CA_CERTS=${certificate.file}`);
    console.log(
      `    To trust it in a browser: open ${simulator.url.replace('wss:', 'https:')} once and accept it.`,
    );
  }
  if (simulator.consoleUrl !== null) console.log(`  Web console    ${simulator.consoleUrl}`);
  if (simulator.restUrl !== null) console.log(`  REST API       ${simulator.restUrl}`);
  console.log(`  Agents         ${agents.map((agent) => `${agent.name} (${agent.maskedIdCrm})`).join(', ')}`);
  if (simulator.connectors === null) return;
  for (const { name, idCrm } of agents) {
    console.log(`  Page of ${name.padEnd(14)} ${simulator.agentPageUrl(idCrm)}`);
  }
  const { authSuccessType } = simulator.settings;
  const keys = agents.map(({ idCrm }) => idCrm);
  for (const hint of vendorConnectorHints(simulator.url, authSuccessType, keys)) console.log(`  ${hint}`);
}

/**
 * The self-signed certificate, if requested. @throws Error when the TLS options contradict each
 * other
 */
async function certificateFor(options: CommandOptions): Promise<SelfSignedCertificate | null> {
  if ((options.tlsKey === undefined) !== (options.tlsCert === undefined)) {
    throw new Error('--tls-key and --tls-cert go together.');
  }
  if (options.selfSigned === undefined) return null;
  if (options.tlsKey !== undefined) {
    throw new Error('Use either --self-signed, or --tls-key and --tls-cert.');
  }
  return selfSignedCertificate(options.selfSigned, options.host);
}

function tlsOf(
  options: CommandOptions,
  certificate: SelfSignedCertificate | null,
): Pick<SimulatorOptions, 'tls'> {
  if (certificate !== null) return { tls: { key: certificate.key, cert: certificate.cert } };
  if (options.tlsKey === undefined || options.tlsCert === undefined) return {};
  return {
    tls: { key: readFileSync(options.tlsKey, 'utf8'), cert: readFileSync(options.tlsCert, 'utf8') },
  };
}

async function start(options: CommandOptions, certificate: SelfSignedCertificate | null): Promise<Simulator> {
  const simulatorOptions = {
    host: options.host,
    port: options.port,
    console: options.console ? { port: options.consolePort } : false,
    rest: options.rest ? { port: options.restPort } : false,
    connector:
      options.connector === undefined ? false : { location: options.connector, port: options.connectorPort },
    accounts: options.account ?? [DEMO_ACCOUNT],
    agents: options.agent ?? DEMO_AGENTS,
    authSuccessType: options.authSuccessType,
    version: options.apiVersion,
    sessionTimeoutMs: options.sessionTimeout * 1000,
    ...tlsOf(options, certificate),
  } satisfies SimulatorOptions;
  for (;;) {
    try {
      return await createSimulator(simulatorOptions);
    } catch (error) {
      const port = takenPort(error);
      if (port === undefined || options.anyPort !== true) throw error;
      console.error(`Port ${port} is in use; taking a free one.`);
      if (port === simulatorOptions.port) simulatorOptions.port = 0;
      else if (port === options.restPort && options.rest) simulatorOptions.rest = { port: 0 };
      else if (port === options.connectorPort && options.connector !== undefined) {
        simulatorOptions.connector = { location: options.connector, port: 0 };
      } else simulatorOptions.console = { port: 0 };
    }
  }
}

function endOnSignals(simulator: Simulator): void {
  const end = (): void => {
    // A second Ctrl-C kills the process.
    process.off('SIGINT', end);
    process.off('SIGTERM', end);
    void simulator.close();
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}

function takenPort(error: unknown): number | undefined {
  if (!(error instanceof Error) || Reflect.get(error, 'code') !== 'EADDRINUSE') return undefined;
  const port: unknown = Reflect.get(error, 'port');
  return typeof port === 'number' ? port : undefined;
}

function explain(error: unknown, options: CommandOptions): string {
  const port = takenPort(error);
  if (port !== undefined) {
    const option =
      port === options.port
        ? '--port'
        : port === options.restPort
          ? '--rest-port'
          : port === options.connectorPort
            ? '--connector-port'
            : '--console-port';
    return `port ${port} is in use. Choose another with ${option}, or let --any-port take a free one.`;
  }
  return error instanceof Error ? error.message : String(error);
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

function readPositive(text: string): number {
  const number = Number(text);
  if (!(number > 0 && number < Infinity)) throw new InvalidArgumentError('It must be a number above 0.');
  return number;
}

function readRate(text: string): number {
  const rate = readPositive(text);
  if (rate > MAX_CALLS_PER_MINUTE)
    throw new InvalidArgumentError(`At most ${MAX_CALLS_PER_MINUTE} a minute.`);
  return rate;
}

function readAgents(text: string, previous: AgentSetup[] | undefined): AgentSetup[] {
  const agents = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => {
      const separator = entry.indexOf('=');
      const name = entry.slice(0, separator).trim();
      const idCrm = entry.slice(separator + 1).trim();
      if (separator < 1 || name === '' || idCrm === '') {
        throw new InvalidArgumentError('Write an agent as name=idCrm, for example "Front desk=f8cb549544".');
      }
      return { name, idCrm };
    });
  return [...(previous ?? []), ...agents];
}

function readAccount(text: string, previous: AccountSetup[] | undefined): AccountSetup[] {
  const [, accountNumber, password] = /^\s*(\d{1,20})\s*=(.+)$/.exec(text) ?? [];
  if (accountNumber === undefined || password === undefined) {
    throw new InvalidArgumentError('Write an account as number=password.');
  }
  return [...(previous ?? []), { accountNumber, password }];
}

/** The version in the package.json next to this file's folder, for the source and the build. */
function ownVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}
