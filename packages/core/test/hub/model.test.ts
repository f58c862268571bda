import { expect } from 'chai';
import fc from 'fast-check';
import type { AccoladesEvent } from '../../src/call/call-event.ts';
import type { Subscription } from '../../src/hub/subscription.ts';
import { HubRig, NOTHING } from '../support/hub-rig.ts';

/** More histories: `ACCOLADES_RUNS=100000 mocha …/model.test.ts`; a failure prints its seed. */
const RUNS = Number(process.env['ACCOLADES_RUNS'] ?? 1_000);
const LINGER_MS = 5_000;
const AGENTS = ['x', 'y', 'z'] as const;
const OWNERS = ['a', 'b', 'c'] as const;
type Agent = (typeof AGENTS)[number];
type Owner = (typeof OWNERS)[number];

/** What the hub promises, in a few lines: the places that are kept, and what each owner must have got. */
interface Place {
  agents: readonly Agent[];
  state: 'flowing' | 'paused' | 'lingering';
  lingersUntil: number;
  held: { agent: Agent; id: string }[];
}

class Model {
  readonly places = new Map<Owner, Place>();
  readonly delivered = new Map<Owner, string[]>(OWNERS.map((owner) => [owner, []]));
  calls = 0;

  expire(now: number): void {
    for (const [owner, place] of this.places) {
      if (place.state === 'lingering' && place.lingersUntil <= now) this.places.delete(owner);
    }
  }

  ring(agent: Agent, id: string): void {
    for (const [owner, place] of this.places) {
      if (!place.agents.includes(agent)) continue;
      if (place.state === 'flowing') this.delivered.get(owner)?.push(id);
      else place.held.push({ agent, id });
    }
  }

  flow(owner: Owner): void {
    const place = this.places.get(owner);
    if (place === undefined) return;
    place.state = 'flowing';
    this.delivered.get(owner)?.push(...place.held.map(({ id }) => id));
    place.held = [];
  }

  get agents(): Set<Agent> {
    return new Set([...this.places.values()].flatMap((place) => place.agents));
  }
}

class System {
  readonly rig = new HubRig({ lingerMs: LINGER_MS, connectsPerSecond: 5 });
  readonly subscriptions = new Map<Owner, Subscription>();
  readonly superseded: Subscription[] = [];
  readonly received = new Map<Owner, string[]>(OWNERS.map((owner) => [owner, []]));
  /** The last connection event of each owner's agent. */
  readonly lastChange = new Map<string, string>();
  /** The way to the server that everybody's settings name. */
  address = 'wss://pbx.example/0';

  /** Whether the session over the present way is up. */
  isConnected(agent: Agent): boolean {
    return this.rig.pbx
      .sessionsOf(`id-${agent}`)
      .some(({ server, state }) => server.url === this.address && state === 'open');
  }

  subscribe(owner: Owner, agents: readonly Agent[], startPaused: boolean): void {
    const before = this.subscriptions.get(owner);
    if (before !== undefined) this.superseded.push(before);
    const { subscription } = this.rig.subscribe(owner, agents, {
      startPaused,
      server: { url: this.address },
      filter: { events: ['incomingCall', 'agentConnected', 'agentDisconnected'] },
      onEvent: (event) => {
        this.#receive(owner, event);
      },
    });
    this.subscriptions.set(owner, subscription);
  }

  #receive(owner: Owner, event: AccoladesEvent): void {
    if ('uniqueId' in event) {
      this.received.get(owner)?.push(event.uniqueId);
      return;
    }
    const key = `${owner} ${event.agent.label}`;
    if (this.lastChange.get(key) === event.event) throw new Error(`${key} is told ${event.event} twice.`);
    this.lastChange.set(key, event.event);
  }
}

type Command = fc.Command<Model, System>;

/** Chai, as often as this is called, would take most of the time. */
function same(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${String(actual)}, not ${String(expected)}`);
}

function check(model: Model, system: System): void {
  const { rig } = system;
  model.expire(rig.clock.monotonic());
  for (const owner of OWNERS) {
    same(system.received.get(owner)?.join(), model.delivered.get(owner)?.join(), `calls of ${owner}`);
  }
  same(rig.pbx.mostSessionsPerAgent <= 1, true, 'one session per agent');
  // During a change of the way, the old session is kept beside the new one.
  const { sessionCount } = rig.hub;
  const agents = model.agents.size;
  same(sessionCount >= agents && sessionCount <= 2 * agents, true, `sessions: ${sessionCount} for ${agents}`);
  same(rig.pbx.live.length <= 2 * agents, true, 'connections');
  for (const [owner, { agents, state }] of model.places) {
    if (state === 'lingering') continue;
    const status = system.subscriptions.get(owner)?.status;
    const connected = agents.filter((agent) => system.isConnected(agent)).length;
    same(status?.total, agents.length, `agents of ${owner}`);
    same(status?.connected, connected, `connected agents of ${owner}`);
  }
}

function command(text: string, run: (model: Model, system: System) => void): Command {
  return {
    check: () => true,
    run: (model, system) => {
      run(model, system);
      check(model, system);
    },
    toString: () => text,
  };
}

const owner = fc.constantFrom(...OWNERS);
const agent = fc.constantFrom(...AGENTS);
const duration = fc.oneof(
  fc.constantFrom(0, 1, 499, 1_000, LINGER_MS - 1, LINGER_MS, LINGER_MS + 1, 20_000, 60_000),
  fc.integer({ min: 0, max: 90_000 }),
);

const COMMANDS: fc.Arbitrary<Command>[] = [
  fc.tuple(owner, fc.uniqueArray(agent, { minLength: 1 }), fc.boolean()).map(([who, agents, paused]) =>
    command(`subscribe(${who}, ${agents.join('+')}${paused ? ', paused' : ''})`, (model, system) => {
      const before = model.places.get(who);
      for (const gone of AGENTS.filter(
        (one) => !agents.includes(one) || before?.agents.includes(one) !== true,
      )) {
        system.lastChange.delete(`${who} ${gone}`);
      }
      const held = before?.held.filter((call) => agents.includes(call.agent)) ?? [];
      model.places.set(who, { agents, state: 'paused', lingersUntil: Infinity, held });
      if (!paused) model.flow(who);
      system.subscribe(who, agents, paused);
    }),
  ),
  owner.map((who) =>
    command(`resume(${who})`, (model, system) => {
      if (model.places.get(who)?.state === 'paused') model.flow(who);
      system.subscriptions.get(who)?.resume();
    }),
  ),
  fc.tuple(owner, fc.boolean()).map(([who, removed]) =>
    command(`unsubscribe(${who}${removed ? ', removed' : ''})`, (model, system) => {
      const place = model.places.get(who);
      if (place !== undefined && place.state !== 'lingering') {
        if (removed) model.places.delete(who);
        else {
          place.state = 'lingering';
          place.lingersUntil = system.rig.clock.monotonic() + LINGER_MS;
        }
      }
      system.subscriptions.get(who)?.unsubscribe({ removed });
    }),
  ),
  fc.tuple(fc.integer({ min: 0, max: 2 }), fc.boolean()).map(([way, paused]) =>
    command(`redeployAll(by way ${way}${paused ? ', paused' : ''})`, (model, system) => {
      system.address = `wss://pbx.example/${way}`;
      for (const who of model.places.keys()) system.subscriptions.get(who)?.unsubscribe();
      for (const [who, place] of model.places) {
        for (const one of place.agents) system.lastChange.delete(`${who} ${one}`);
        place.state = 'paused';
        place.lingersUntil = Infinity;
        if (!paused) model.flow(who);
        system.subscribe(who, place.agents, paused);
      }
    }),
  ),
  fc.tuple(fc.nat(), fc.boolean()).map(([which, removed]) =>
    command('unsubscribe(a superseded one)', (_, { superseded }) => {
      const old = superseded[which % Math.max(1, superseded.length)];
      old?.unsubscribe({ removed });
      old?.resume();
    }),
  ),
  agent.map((one) =>
    command(`ring(${one})`, (model, { rig }) => {
      const id = `1.${++model.calls}`;
      if (rig.pbx.sessionsOf(`id-${one}`).length > 0) model.ring(one, id);
      rig.pbx.call(`id-${one}`, id);
    }),
  ),
  agent.map((one) =>
    command(`drop(${one})`, (_, { rig }) => {
      for (const session of rig.pbx.sessionsOf(`id-${one}`)) session.fail();
    }),
  ),
  agent.map((one) =>
    command(`connectionClosed(${one})`, (_, { rig }) => {
      for (const session of rig.pbx.sessionsOf(`id-${one}`)) session.frame({ type: 'connectionClosed' });
    }),
  ),
  fc
    .tuple(agent, fc.constantFrom('ID_NOT_FOUND', 'IP_MISSMATCH', 'CONNECTION_EXISTS', 'NEW_REASON', null))
    .map(([one, reason]) =>
      command(`refuse(${one}, ${reason ?? 'no more'})`, (_, { rig }) => {
        if (reason === null) rig.pbx.refused.delete(`id-${one}`);
        else rig.pbx.refused.set(`id-${one}`, reason);
      }),
    ),
  fc.constant(
    command('settle', (_, { rig }) => {
      rig.pbx.settle();
    }),
  ),
  duration.map((ms) =>
    command(`pass(${ms})`, (_, { rig }) => {
      rig.run(ms, 3_000);
    }),
  ),
  duration.map((ms) =>
    command(`silence(${ms})`, (_, { rig }) => {
      rig.clock.advance(ms);
    }),
  ),
  duration.map((ms) =>
    command(`suspend(${ms})`, (_, { rig }) => {
      rig.clock.suspend(ms);
      rig.clock.advance(0);
    }),
  ),
  fc.integer({ min: -1e9, max: 1e9 }).map((ms) =>
    command(`jumpWallClock(${ms})`, (_, { rig }) => {
      rig.clock.jumpWall(ms);
    }),
  ),
  agent.map((one) =>
    command(`hostileFrame(${one})`, (_, { rig }) => {
      for (const session of rig.pbx.sessionsOf(`id-${one}`))
        session.frame('{"type":"incomingCall","phoneNumber":"1');
    }),
  ),
];

function finish(model: Model, system: System): void {
  const { rig } = system;
  rig.pbx.refused.clear();
  rig.run(330_000, 10_000);
  check(model, system);
  expect(rig.pbx.live.length, 'every agent that somebody uses is connected').to.equal(model.agents.size);
  expect(rig.hub.sessionCount, 'no session is left of another way').to.equal(model.agents.size);
  for (const one of AGENTS) {
    if (rig.pbx.call(`id-${one}`, `last ${one}`)) model.ring(one, `last ${one}`);
  }
  check(model, system);
  rig.hub.close();
  expect(rig.leftovers, 'closed means closed').to.deep.equal(NOTHING);
  const { length } = rig.pbx.transports;
  rig.run(330_000, 10_000);
  expect(rig.pbx.transports, 'connections after close').to.have.length(length);
}

describe('session and hub against a model', () => {
  it(`${RUNS} random histories: one session per agent, every call to every owner once and in order, closed means closed`, async () => {
    const property = fc.property(fc.commands(COMMANDS, { size: '+1' }), (commands) => {
      const model = new Model();
      const system = new System();
      fc.modelRun(() => ({ model, real: system }), commands);
      finish(model, system);
    });
    // Between two batches, what was promised is settled, and the memory of it free.
    for (let done = 0; done < RUNS; done += 500) {
      fc.assert(property, { numRuns: Math.min(500, RUNS - done) });
      await new Promise((resolve) => setImmediate(resolve));
    }
  }).timeout(Math.max(60_000, RUNS * 100));
});
