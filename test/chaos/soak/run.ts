import { setTimeout as delay } from 'node:timers/promises';
import { Hub } from '@accolades-flow/core';
import { nodePlatform } from '@accolades-flow/core/node';
import { Child } from '../support/child.ts';
import { FastClock } from '../support/fast-clock.ts';
import { heapAfterGc } from '../support/heap.ts';
import { until } from '../support/until.ts';
import { HeapGrowth } from './heap-growth.ts';
import { Ledger } from './ledger.ts';
import { Lines } from './lines.ts';
import type { SoakOptions } from './options.ts';
import { explainExcuses } from './explain-excuses.ts';
import { DEPLOYS, randomFault } from './mix.ts';
import { Owner } from './owners.ts';
import { record } from './record.ts';
import { readPbxMessage, type PbxOrder, type PbxMessage } from './pbx-messages.ts';
import { SeededRandom } from './seeded-random.ts';

/**
 * In milliseconds of the session clock: core's default, and how long the PBX holds a silent
 * session.
 */
const LINGER_MS = 5_000;
const SERVER_HOLDS_MS = 45_000;
/** The minimum duration for judging heap growth, in minutes: the second half must not warm up. */
const SHORTEST_JUDGED_MINUTES = 5;
const MAX_HEAP_GROWTH = 0.02;
/**
 * How many numbers call. They repeat, so that the cache of parsed numbers fills before growth is
 * judged.
 */
const PHONE_NUMBERS = 500;
/** How many agents the owners subscribe to, in turn. A constant load keeps the heap comparable. */
const OWNED_AGENTS = [1, 1, 1, 2, 3, 5];
/** Per second of the session clock, for each agent or owner. */
const FAULTS_PER_AGENT_SECOND = 1 / 90;
const DEPLOYS_PER_OWNER_SECOND = 1 / 45;

export interface SoakVerdict {
  readonly passed: boolean;
  /** The detected problems. */
  readonly failures: readonly string[];
}

/** Runs the soak. @param print receives one line of text at a time */
export async function runSoak(options: SoakOptions, print: (line: string) => void): Promise<SoakVerdict> {
  return new Soak(options, print).run();
}

class Soak {
  readonly #options: SoakOptions;
  readonly #print: (line: string) => void;
  readonly #random: SeededRandom;
  readonly #clock: FastClock;
  readonly #lines = new Lines();
  readonly #ledger = new Ledger(this.#lines);
  readonly #owners: Owner[] = [];
  readonly #agents: string[] = [];
  readonly #heap = new HeapGrowth();
  readonly #failures: string[] = [];
  readonly #counts = new Map<string, number>();
  #hub: Hub;
  #pbx: Child<PbxMessage>;
  #url = '';
  #named = 0;
  #ended = false;
  #maxSessionsPerAgent = 0;

  constructor(options: SoakOptions, print: (line: string) => void) {
    this.#options = options;
    this.#print = print;
    this.#random = new SeededRandom(options.seed);
    this.#clock = new FastClock(options.speed);
    this.#hub = new Hub({
      ...nodePlatform,
      clock: this.#clock,
      lingerMs: LINGER_MS,
      connectsPerSecond: 20,
      connect: this.#lines.connect,
      random: () => this.#random.next(),
    });
    this.#pbx = new Child('./pbx.ts', import.meta.url, [String(this.#real(SERVER_HOLDS_MS))], readPbxMessage);
  }

  async run(): Promise<SoakVerdict> {
    const { minutes, seed, agents, owners, callsPerSecond, speed } = this.#options;
    this.#print(
      `soak of ${minutes} minutes, seed ${seed}: ${agents} agents, ${owners} owners, ${callsPerSecond} calls a second, ` +
        `clock × ${speed}`,
    );
    const unwatch = this.#watchProcess();
    try {
      const listening = await this.#pbx.waitForMessage('the PBX listens', ({ kind }) => kind === 'listening');
      this.#url = `ws://127.0.0.1:${listening.kind === 'listening' ? listening.port : 0}`;
      this.#pbx.messages.length = 0;
      this.#pbx.keep = ({ kind }) => kind === 'report';
      this.#pbx.onMessage = (message) => {
        record(message, this.#ledger, this.#lines);
      };
      for (let n = 0; n < agents; n++) this.#addAgent();
      for (let n = 0; n < owners; n++) this.#addOwner(OWNED_AGENTS[n % OWNED_AGENTS.length] ?? 1);
      await this.#live(minutes * 60_000);
      await this.#settle();
      await this.#leave();
    } finally {
      this.#ended = true;
      await this.#pbx.kill();
      unwatch();
    }
    return this.#judge();
  }

  /** Random calls, faults and deploys, with figures every minute. */
  async #live(ms: number): Promise<void> {
    const begun = performance.now();
    const end = begun + ms;
    const { agents, owners, speed, callsPerSecond } = this.#options;
    const running = [
      this.#repeat(end, callsPerSecond, () => {
        this.#placeCall();
      }),
      this.#repeat(end, agents * FAULTS_PER_AGENT_SECOND * speed, () => {
        this.#fault();
      }),
      this.#repeat(end, owners * DEPLOYS_PER_OWNER_SECOND * speed, () => {
        this.#deploy();
      }),
    ];
    const sampleMs = Math.min(10_000, ms / 12);
    const printMs = Math.min(60_000, ms / 2);
    let nextPrint = begun + printMs;
    while (performance.now() < end) {
      await delay(Math.min(sampleMs, Math.max(0, end - performance.now())));
      this.#ledger.judge();
      this.#lines.tidy();
      const bytes = await heapAfterGc();
      this.#heap.add(bytes);
      if (performance.now() >= nextPrint - sampleMs / 2) {
        nextPrint += printMs;
        await this.#printFigures(performance.now() - begun, bytes);
      }
    }
    await Promise.all(running);
  }

  /** All faults end and all owners come back: then every call must reach every owner. */
  async #settle(): Promise<void> {
    await until('the last deploys are done', () => this.#owners.every(({ busy }) => !busy), 60_000);
    this.#order({ do: 'heal' });
    const end = performance.now() + this.#real(2 * SERVER_HOLDS_MS) + 30_000;
    const missing = (): number => this.#owners.reduce((sum, owner) => sum + owner.missing, 0);
    let sessions = 0;
    do {
      // Subscribing retries waiting sessions at once.
      for (const owner of this.#owners) owner.subscribe();
      await until('all are ready', () => missing() === 0, 5_000).catch(() => undefined);
      ({ sessions } = await this.#report());
    } while ((missing() > 0 || sessions !== this.#ledger.agentsInUse) && performance.now() < end);
    this.#check('agents missing at the end', missing(), 0);
    this.#check('sessions here at the end', this.#hub.sessionCount, this.#ledger.agentsInUse);
    this.#check('sessions on the server at the end', sessions, this.#ledger.agentsInUse);
    const { placed } = this.#ledger;
    for (let round = 0; round < 3; round++) {
      for (const agent of this.#agents) this.#order(this.#callOrder([agent]));
    }
    await until('the last calls come', () => this.#ledger.pending === 0, 40_000).catch(() => {
      this.#failures.push(
        `${this.#ledger.pending} calls did not come, of which some of the last ${this.#ledger.placed - placed}`,
      );
    });
    this.#ledger.judge(true);
    const bytes = await heapAfterGc();
    await this.#printFigures(Number.NaN, bytes);
  }

  /** Nothing may be left after the hub is closed. */
  async #leave(): Promise<void> {
    this.#hub.close();
    this.#check('sessions here after the close', this.#hub.sessionCount, 0);
    this.#check('timers after the close', this.#clock.runningTimers, 0);
    await until('the sockets are gone', () => sockets() === 0, 5_000).catch(() => {
      this.#failures.push(`${sockets()} sockets left after the close`);
    });
    let report = await this.#report();
    for (let attempt = 0; report.sessions > 0 && attempt < 50; attempt++) {
      await delay(100);
      report = await this.#report();
    }
    this.#maxSessionsPerAgent = report.maxSessionsPerAgent;
    this.#check('sessions on the server after the close', report.sessions, 0);
  }

  #judge(): SoakVerdict {
    const { lost, doubled, astray, disordered, delivered, excused, placed } = this.#ledger;
    const failures = this.#failures;
    this.#check('lost', lost, 0);
    this.#check('doubled', doubled, 0);
    this.#check('astray', astray, 0);
    this.#check('out of order', disordered, 0);
    this.#check('most sessions of one agent', this.#maxSessionsPerAgent, 1);
    this.#check('connections beside another of the same agent', this.#lines.overlaps, 0);
    const growth = this.#heap.growth;
    const judged = this.#options.minutes >= SHORTEST_JUDGED_MINUTES;
    if (judged && !(growth < MAX_HEAP_GROWTH))
      failures.push(`the heap grew by ${percent(growth)} in the last half`);
    for (const [what, count] of [...this.#counts].sort()) this.#print(`  ${what}: ${count}`);
    this.#print(
      `${placed} calls placed; ${delivered + lost} due to owners, ${delivered} delivered, ${lost} lost, ${doubled} doubled, ` +
        `${disordered} out of order, ${astray} astray; ${excused} excused`,
    );
    for (const line of explainExcuses(this.#ledger)) this.#print(line);
    this.#print(`most sessions of one agent at a time: ${this.#maxSessionsPerAgent}`);
    this.#print(
      `heap growth over the last half: ${percent(growth)}${judged ? '' : ` (not judged under ${SHORTEST_JUDGED_MINUTES} minutes)`}`,
    );
    for (const problem of this.#ledger.problems) this.#print(`  ${problem}`);
    for (const failure of failures) this.#print(`FAILED: ${failure}`);
    if (failures.length === 0) this.#print('PASSED');
    return { passed: failures.length === 0, failures };
  }

  async #printFigures(atMs: number, bytes: number): Promise<void> {
    const { placed, delivered, lost, doubled, excused } = this.#ledger;
    const { sessions } = await this.#report();
    const time = Number.isNaN(atMs)
      ? ' end'
      : `${Math.floor(atMs / 60_000)}:${String(Math.floor(atMs / 1000) % 60).padStart(2, '0')}`;
    this.#print(
      `${time}  heap ${(bytes / 1024 / 1024).toFixed(2)} MiB, handles ${process.getActiveResourcesInfo().length}, ` +
        `sessions ${this.#hub.sessionCount} here ${sessions} on the server, ` +
        `calls ${placed} placed ${delivered} delivered, ${lost} lost, ${doubled} doubled (${excused} excused)`,
    );
  }

  #placeCall(): void {
    const many = this.#random.next();
    const agents = this.#random.some(this.#agents, many < 0.7 ? 1 : many < 0.9 ? 2 : 4);
    this.#order(this.#callOrder(agents));
  }

  #callOrder(agents: readonly string[]): PbxOrder {
    const phoneNumber = `02112${String(this.#random.whole(0, PHONE_NUMBERS - 1)).padStart(5, '0')}`;
    return { do: 'call', number: this.#ledger.places(agents), agents, phoneNumber };
  }

  #fault(): void {
    const agent = this.#random.pick(this.#agents);
    this.#order(randomFault(this.#random, agent, (ms) => this.#real(ms)));
  }

  #deploy(): void {
    const random = this.#random;
    const owner = random.pick(this.#owners);
    if (owner.busy) return;
    const kind = random.weighted(DEPLOYS);
    this.#count(`deploy ${kind}`);
    switch (kind) {
      case 'redeploy':
        owner.redeploy(random.next());
        return;
      case 'redeployAtOnce':
        owner.redeploy(0);
        return;
      case 'redeployPaused':
        owner.redeploy(random.next(), { pausedMs: this.#real(random.whole(0, 1_000)) });
        return;
      case 'takeOver':
        owner.subscribe();
        return;
      case 'otherAgents':
        owner.redeploy(random.next(), { agents: this.#someAgents(owner.agents.length) });
        return;
      case 'outstayLinger':
        owner.outstayLinger();
        return;
      case 'replace':
        owner.remove();
        this.#owners.splice(this.#owners.indexOf(owner), 1);
        this.#addOwner(owner.agents.length);
        return;
      case 'newAgent':
        this.#replaceAgent();
    }
  }

  /** An agent leaves the company, and another one joins. */
  #replaceAgent(): void {
    const leaving = this.#random.pick(this.#agents);
    this.#agents.splice(this.#agents.indexOf(leaving), 1);
    const joining = this.#addAgent();
    for (const owner of this.#owners) {
      if (!owner.agents.includes(leaving)) continue;
      const agents = owner.agents.map((agent) => (agent === leaving ? joining : agent));
      if (owner.busy) owner.agents = agents;
      else owner.redeploy(0, { agents });
    }
    this.#order({ do: 'removeAgent', agent: leaving });
  }

  #addAgent(): string {
    const agent = `soak-agent-${++this.#named}`;
    this.#agents.push(agent);
    this.#order({ do: 'addAgent', agent });
    return agent;
  }

  #addOwner(agents: number): void {
    const owner = new Owner(`owner-${++this.#named}`, this.#someAgents(agents), {
      hub: this.#hub,
      url: this.#url,
      ledger: this.#ledger,
      lingerMs: this.#real(LINGER_MS),
    });
    this.#owners.push(owner);
    owner.subscribe();
  }

  #someAgents(count: number): string[] {
    return this.#random.some(this.#agents, count);
  }

  #order(order: PbxOrder): void {
    if (order.do === 'break' || order.do === 'disturb' || order.do === 'slow')
      this.#count(`${order.do} ${order.how}`);
    else if (order.do === 'restart') this.#count(`restart ${order.abrupt ? 'by force' : 'in good order'}`);
    else if (order.do === 'mute') this.#count('mute server');
    this.#pbx.send({ ...order });
  }

  async #report(): Promise<Extract<PbxMessage, { kind: 'report' }>> {
    this.#pbx.messages.length = 0;
    this.#order({ do: 'report' });
    const message = await this.#pbx.waitForMessage('the PBX reports', ({ kind }) => kind === 'report');
    if (message.kind !== 'report') throw new Error('unreachable');
    return message;
  }

  async #repeat(end: number, perSecond: number, action: () => void): Promise<void> {
    let next = performance.now();
    for (;;) {
      next += this.#random.gap(perSecond);
      if (next >= end) return;
      await delay(Math.max(0, next - performance.now()));
      if (this.#ended) return;
      action();
    }
  }

  #check(what: string, found: number, wanted: number): void {
    if (found !== wanted) this.#failures.push(`${what}: ${found}, should be ${wanted}`);
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  #real(ms: number): number {
    return ms / this.#options.speed;
  }

  #watchProcess(): () => void {
    const onUnhandled = (what: unknown): void => {
      this.#failures.push(
        `unhandled: ${what instanceof Error ? (what.stack ?? what.message) : String(what)}`,
      );
    };
    const events = ['unhandledRejection', 'uncaughtException', 'warning'];
    for (const event of events) process.on(event, onUnhandled);
    return () => {
      for (const event of events) process.off(event, onUnhandled);
    };
  }
}

function sockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
}

function percent(part: number): string {
  return `${(part * 100).toFixed(2)} %`;
}
