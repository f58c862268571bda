import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { createSimulator, DEMO_ACCOUNT } from '@accolades-flow/simulator';
import type { Simulator } from '@accolades-flow/simulator';
import { repositoryRoot } from '../hosts/paths.ts';
import { demoAgents } from './agents.ts';
import { buildIfNeeded } from './build-if-needed.ts';
import { DemoCalls } from './calls.ts';
import type { FlowMessage } from './crm/flow-message.ts';
import { Crm } from './crm/server.ts';
import type { FlowHost, FlowHostSetup } from './flow-host.ts';
import { startN8nFlow } from './n8n/n8n-flow-host.ts';
import { startNodeRedFlow } from './node-red/node-red-flow-host.ts';
import type { DemoOptions, DemoPorts } from './options.ts';
import { choosePort } from './ports.ts';

/** Reports of the demonstration during its start and run. */
export interface DemoReport {
  /** A step of the start, in a few words. */
  progress(text: string): void;
  /** Something the user should know. */
  notice(text: string): void;
  flowMessage(message: FlowMessage): void;
}

/** The environment variable with the incoming webhook of a real Slack, which is secret. */
const slackVariable = 'SLACK_WEBHOOK_URL';

/** A simulated PBX and a CRM, with a host and its flow between them. */
export class Demo {
  readonly #options: DemoOptions;
  readonly #report: DemoReport;
  #simulator: Simulator | undefined;
  #crm: Crm | undefined;
  #host: FlowHost | undefined;
  #calls: DemoCalls | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: DemoOptions, report: DemoReport) {
    this.#options = options;
    this.#report = report;
  }

  /**
   * Builds missing packages and starts everything. Flow messages are reported after `run`.
   *
   * @throws Error naming the part that did not start; `close` then ends the started ones
   */
  async start(): Promise<StartedDemo> {
    const { host, fresh, calls } = this.#options;
    const realSlack = realSlackUrl();
    const folder = path.resolve(this.#options.folder ?? path.join(repositoryRoot, '.demo'));
    if (fresh) await forget(folder);
    await mkdir(folder, { recursive: true });
    const ports = await this.#choosePorts();

    const built = buildIfNeeded(host, (reason) => {
      this.#report.progress(`Building the nodes (${reason})`);
    });
    // Awaited below; a failure while the others start must not count as unhandled.
    built.catch(() => undefined);
    const crm = await Crm.start({
      port: ports.result,
      file: path.join(folder, 'crm.sqlite'),
      realSlack: realSlack !== undefined,
    });
    this.#crm = crm;
    const simulator = await startSimulator(ports, crm.url);
    this.#simulator = simulator;
    await built;
    this.#throwIfClosing();

    const early: FlowMessage[] = [];
    const keepEarly = (message: FlowMessage): void => void early.push(message);
    crm.on('flowMessage', keepEarly);
    const flowHost = await this.#startHost({
      folder,
      port: ports.editor,
      serverUrl: simulator.url,
      agents: demoAgents,
      crmUrl: crm.url,
      slackUrl: realSlack ?? `${crm.url}/slack`,
      onProgress: (line) => {
        this.#report.progress(line);
      },
    });
    if (calls) this.#calls = callsOf(simulator, crm);
    const consoleUrl = simulator.consoleUrl ?? simulator.url;
    showParts(crm, consoleUrl, flowHost);
    return {
      host: flowHost,
      showUrl: `${crm.url}/show`,
      consoleUrl,
      resultUrl: crm.url,
      realSlack: realSlack !== undefined,
      run: () => {
        crm.off('flowMessage', keepEarly);
        crm.on('flowMessage', (message) => {
          this.#report.flowMessage(message);
        });
        for (const message of early) this.#report.flowMessage(message);
        this.#calls?.start();
        return flowHost.ended;
      },
    };
  }

  /** Ends everything within 10 seconds. Idempotent, never throws. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Kills the host at once, for users who do not want to wait. */
  killNow(): void {
    this.#host?.killNow();
  }

  async #close(): Promise<void> {
    this.#calls?.stop();
    await this.#host?.stop();
    await Promise.allSettled([this.#simulator?.close(), this.#crm?.close()]);
  }

  async #startHost(setup: FlowHostSetup): Promise<FlowHost> {
    const isN8n = this.#options.host === 'n8n';
    this.#report.progress(isN8n ? 'Starting n8n (up to a minute the first time)' : 'Starting Node-RED');
    const host = await (isN8n ? startN8nFlow(setup) : startNodeRedFlow(setup));
    this.#host = host;
    this.#throwIfClosing();
    return host;
  }

  /** Stops the start after Ctrl-C. */
  #throwIfClosing(): void {
    if (!this.#closing) return;
    void this.#host?.stop();
    throw new Error('Stopped during the start.');
  }

  async #choosePorts(): Promise<DemoPorts> {
    const ports = { ...this.#options.ports };
    const names: readonly [keyof DemoPorts, string][] = [
      ['simulator', 'the PBX'],
      ['console', 'its console'],
      ['editor', this.#options.host === 'n8n' ? 'n8n' : 'Node-RED'],
      ['result', 'what the flow did'],
    ];
    const taken: number[] = [];
    for (const [name, what] of names) {
      const { port, other } = await choosePort(ports[name], taken);
      if (other) this.#report.notice(`Port ${ports[name]} for ${what} is taken; using ${port} instead.`);
      ports[name] = port;
      taken.push(port);
    }
    return ports;
  }
}

export interface StartedDemo {
  readonly host: FlowHost;
  /** The page with all parts side by side. */
  readonly showUrl: string;
  readonly consoleUrl: string;
  readonly resultUrl: string;
  readonly realSlack: boolean;
  /**
   * Starts the calls and the reports. @returns a promise that resolves when the host ends
   * unexpectedly
   */
  run(): Promise<Error>;
}

function startSimulator(ports: DemoPorts, crmUrl: string): Promise<Simulator> {
  return createSimulator({
    port: ports.simulator,
    console: { port: ports.console, framedBy: [crmUrl] },
    rest: {},
    accounts: [DEMO_ACCOUNT],
    agents: demoAgents.map(({ name, idCrm, id, phoneId }) => ({
      name,
      idCrm,
      account: { id: '15', data: '{"company":"Example Imports"}' },
      phone: { id: phoneId, data: '' },
      agent: { id, data: `{"team":"${name}"}` },
    })),
  });
}

function callsOf(simulator: Simulator, crm: Crm): DemoCalls {
  return new DemoCalls({
    simulator,
    agents: demoAgents,
    knownNumbers: crm.contacts.all().map((contact) => contact.phone),
  });
}

/** Puts all parts side by side on the CRM's page, and links to each. */
function showParts(crm: Crm, consoleUrl: string, host: FlowHost): void {
  crm.links = [
    { label: 'All at once', url: `${crm.url}/show` },
    { label: 'The PBX', url: consoleUrl },
    { label: 'The flow', url: host.editorUrl },
    { label: 'What the flow did', url: `${crm.url}/` },
  ];
  const instead = { text: notFramed(host), picture: '/show/n8n-workflow.png' };
  crm.panes = [
    { id: 'pbx', title: 'Place a call', what: 'simulated PBX', url: consoleUrl },
    {
      id: 'flow',
      title: 'The flow runs',
      what: host.name,
      url: host.editorUrl,
      ...(host.framed ? {} : { instead }),
    },
    { id: 'result', title: 'See what it did', what: 'Slack and CRM', url: `${crm.url}/` },
  ];
}

function notFramed({ name, login }: FlowHost): string {
  const how = login ? ' Log in with the address and the password that the terminal shows.' : '';
  return `The workflow as it comes. ${name} opens in a tab of its own only.${how}`;
}

/** Removes the files of earlier runs, and nothing else: the user may have named any folder. */
async function forget(folder: string): Promise<void> {
  const own = [
    'node-red',
    'node-red.log',
    'n8n',
    'n8n.log',
    'n8n-demo.json',
    'crm.sqlite',
    'crm.sqlite-journal',
  ];
  for (const name of own) await rm(path.join(folder, name), { recursive: true, force: true });
}

/** @throws Error when the variable holds no address; the message does not show the value */
function realSlackUrl(): string | undefined {
  const value = process.env[slackVariable]?.trim();
  if (!value) return undefined;
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new Error(`${slackVariable} is not the address of a Slack incoming webhook (https://…).`);
  }
  return value;
}
