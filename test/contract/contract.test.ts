import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createSimulator, type Simulator } from '@accolades-flow/simulator';
import { expect } from 'chai';
import { waitUntil } from '../../hosts/deadline.ts';
import { CASES } from './frames.ts';

const HOSTS = ['n8n', 'node-red'] as const;

/** A host in a process of its own, so that each runs its own bundle of core, with what came out of its node. */
class Host {
  readonly name: string;
  readonly idCrm: string;
  readonly messages: unknown[] = [];
  readonly #child: ChildProcess;
  #ready = false;
  #output = '';

  constructor(name: string, idCrm: string, url: string) {
    this.name = name;
    this.idCrm = idCrm;
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
    this.#child.send({ url, idCrm });
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

  close(): void {
    this.#child.kill('SIGKILL');
  }
}

describe('The contract: the same messages out of both hosts', () => {
  let simulator: Simulator;
  let hosts: Host[] = [];
  let marks = 0;

  before(async function () {
    this.timeout(60_000);
    simulator = await createSimulator();
    hosts = HOSTS.map((name, index) => {
      const idCrm = `c0ffee000${index}aa`;
      const ids = {
        account: { id: '15', data: '' },
        phone: { id: '27', data: '' },
        agent: { id: '321', data: '' },
      };
      simulator.addAgent({ idCrm, name, ...ids });
      return new Host(name, idCrm, simulator.url);
    });
    await Promise.all(hosts.map((host) => host.waitUntilReady()));
    await waitUntil('both sessions', () => simulator.sessions().length === hosts.length, {
      deadlineMs: 10_000,
    });
  });

  after(async () => {
    for (const host of hosts) host.close();
    await simulator.close();
  });

  /** Sends the frames, and after them a call of our own: when that has come, everything before it has. */
  const messagesFor = async (host: Host, frames: readonly (string | Uint8Array)[], mark: string) => {
    const from = host.messages.length;
    for (const frame of frames) {
      const sent = simulator.sendRaw(host.idCrm, frame, { binary: typeof frame !== 'string' });
      expect(sent, 'the session is still there').to.equal(true);
    }
    simulator.placeCall({ agents: host.idCrm, phoneNumber: mark });
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

  it('used one connection for all of it', () => {
    expect(simulator.statistics.connects).to.equal(hosts.length);
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
