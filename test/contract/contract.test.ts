import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import { CASES } from './frames.ts';

const HOSTS = ['n8n', 'node-red'] as const;

const IDS = {
  account: { id: '15', data: '' },
  phone: { id: '27', data: '' },
  agent: { id: '321', data: '' },
};

/**
 * A host in its own process, so that it runs its own bundle of core, with its own PBX and the
 * output of its node.
 */
class Host {
  readonly name: string;
  readonly idCrm = 'c0ffee0001aa';
  readonly simulator: Simulator;
  readonly messages: unknown[] = [];
  readonly #child: ChildProcess;
  #ready = false;
  #output = '';

  constructor(name: string, simulator: Simulator) {
    this.name = name;
    this.simulator = simulator;
    simulator.addAgent({ idCrm: this.idCrm, name, ...IDS });
    this.#child = fork(path.join(import.meta.dirname, 'hosts', `${name}.ts`), {
      execArgv: ['--import=tsx'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    this.#child.stdout?.on('data', (text) => (this.#output += String(text)));
    this.#child.stderr?.on('data', (text) => (this.#output += String(text)));
    this.#child.on('message', (told: unknown) => {
      if (typeof told !== 'object' || told === null) return;
      if ('ready' in told) this.#ready = true;
      if ('message' in told) this.messages.push(told.message);
    });
    this.#child.send({ url: simulator.url, idCrm: this.idCrm });
  }

  get output(): string {
    return this.#output;
  }

  async waitUntilReady(): Promise<void> {
    await waitUntil(`${this.name} to be ready`, () => this.#ready, {
      deadlineMs: 30_000,
      giveUp: () =>
        this.#child.exitCode === null ? undefined : new Error(`${this.name} ended:\n${this.#output}`),
      details: () => this.#output,
    });
  }

  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.simulator.close();
  }
}

describe('The contract: the same messages out of both hosts', () => {
  let hosts: Host[] = [];
  let marks = 0;

  before(async function () {
    this.timeout(60_000);
    hosts = await Promise.all(HOSTS.map(async (name) => new Host(name, await createSimulator())));
    await Promise.all(hosts.map((host) => host.waitUntilReady()));
    for (const { name, simulator } of hosts) {
      await waitUntil(`the session of ${name}`, () => simulator.sessions().length === 1, {
        deadlineMs: 10_000,
      });
    }
  });

  after(() => Promise.all(hosts.map((host) => host.close())));

  /** Sends the frames and then a marker call; when that has arrived, everything before it has. */
  const messagesFor = async (host: Host, frames: readonly (string | Uint8Array)[], mark: string) => {
    const from = host.messages.length;
    for (const frame of frames) {
      const sent = host.simulator.sendRaw(host.idCrm, frame, { binary: typeof frame !== 'string' });
      expect(sent, 'the session is still there').to.equal(true);
    }
    host.simulator.placeCall({ agents: host.idCrm, phoneNumber: mark });
    const isMark = (message: unknown) =>
      typeof message === 'object' &&
      message !== null &&
      'phoneNumber' in message &&
      message.phoneNumber === mark;
    await waitUntil(
      `${host.name} to pass on the call after it`,
      () => host.messages.slice(from).some(isMark),
      {
        deadlineMs: 10_000,
        everyMs: 5,
        details: () => host.output,
      },
    );
    return host.messages.slice(from).filter((message) => !isMark(message));
  };

  for (const { name, frames, messages: expected } of CASES) {
    it(`${name}: ${expected.length === 0 ? 'no message, and the next call arrives' : `${expected.length} message(s)`}`, async () => {
      const mark = `mark-${++marks}`;
      const [n8n, nodeRed] = await Promise.all(hosts.map((host) => messagesFor(host, frames, mark)));
      expect(n8n?.map(withoutReceivedAt), 'n8n and Node-RED').to.deep.equal(nodeRed?.map(withoutReceivedAt));
      expect(n8n, 'count').to.have.lengthOf(expected.length);
      expected.forEach((fields, index) => {
        expect(n8n?.[index]).to.deep.include(fields);
      });
    });
  }

  it('used one connection of each host for all of it', () => {
    for (const { simulator } of hosts) expect(simulator.statistics.connects).to.equal(1);
  });

  it('put no secret into a message or the output', () => {
    for (const { idCrm, messages, output } of hosts) {
      expect(JSON.stringify(messages).includes(idCrm)).to.equal(false);
      expect(output.includes(idCrm)).to.equal(false);
    }
  });
});

function withoutReceivedAt(message: unknown): unknown {
  expect(message)
    .to.have.property('receivedAt')
    .that.matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  return { ...(message ?? {}), receivedAt: undefined };
}
