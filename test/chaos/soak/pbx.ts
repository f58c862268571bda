/**
 * The PBX of the soak, in its own process: a simulator behind a proxy that simulates network
 * faults.
 *
 * Argument: how long it holds the session of a silent client, in milliseconds.
 */
import { ALL_AGENTS, createSimulator, type Simulator } from '@accolades-flow/simulator';
import { FaultProxy, type LineFaults, type ProxiedConnection } from '../support/fault-proxy.ts';
import { AuthRequestReader } from './auth-request-reader.ts';
import {
  readPbxOrder,
  type Breakage,
  type Disturbance,
  type PbxOrder,
  type PbxMessage,
  type Slowness,
} from './pbx-messages.ts';

/** A client's connection, once the client has identified itself. */
interface Line {
  readonly number: number;
  readonly connection: ProxiedConnection;
  readonly down: LineFaults;
}

class Pbx {
  readonly #simulator: Simulator;
  /** The latest connection that asked to be this agent. */
  readonly #latest = new Map<string, Line>();
  /** The connection of each agent's session. */
  readonly #lines = new Map<string, Line>();
  /** Lines that look open but carry nothing, in one direction or both. */
  readonly #deaf = new Set<Line>();
  #restarting = false;

  constructor(simulator: Simulator, proxy: FaultProxy) {
    this.#simulator = simulator;
    simulator.on('session', ({ event, idCrm }) => {
      const line = this.#latest.get(idCrm);
      if (event === 'ended') this.#lines.delete(idCrm);
      else if (line !== undefined) this.#lines.set(idCrm, line);
    });
    const plans = new Map<number, LineFaults>();
    proxy.plan = (number) => {
      const down: LineFaults = {};
      plans.set(number, down);
      return { down };
    };
    proxy.onConnection = (connection) => {
      const down = plans.get(connection.number) ?? {};
      plans.delete(connection.number);
      const reader = new AuthRequestReader();
      connection.up.onBytes = (bytes) => {
        const asked = reader.read(bytes);
        if (asked === null) return;
        connection.up.onBytes = null;
        const line = { number: asked.line, connection, down };
        this.#latest.set(asked.idCrm, line);
        void connection.gone.then(() => {
          if (this.#latest.get(asked.idCrm) === line) this.#latest.delete(asked.idCrm);
        });
      };
    };
  }

  obey(order: PbxOrder): void {
    switch (order.do) {
      case 'call':
        this.#call(order);
        return;
      case 'break':
        this.#break(order.agent, order.how);
        return;
      case 'disturb':
        this.#disturb(order.agent, order.how, order.ms, order.reason);
        return;
      case 'slow':
        this.#slow(order.agent, order.how, order.ms);
        return;
      case 'restart':
        void this.#restart(order.abrupt, order.ms);
        return;
      case 'mute':
        this.#simulator.faults.set(ALL_AGENTS, { silentTcp: true });
        setTimeout(() => {
          this.#simulator.faults.set(ALL_AGENTS, { silentTcp: false });
        }, order.ms);
        return;
      case 'addAgent':
        this.#simulator.addAgent({ idCrm: order.agent, name: 'A' });
        return;
      case 'removeAgent':
        this.#simulator.removeAgent(order.agent);
        return;
      case 'heal':
        this.#simulator.faults.clear();
        for (const { idCrm } of this.#simulator.agents()) this.#simulator.login(idCrm);
        for (const { number, connection } of this.#deaf) {
          say({ kind: 'broke', lines: [number] });
          connection.breakWith('reset');
        }
        return;
      case 'report':
        say({
          kind: 'report',
          sessions: this.#simulator.sessions().length,
          maxSessionsPerAgent: this.#simulator.statistics.maxSessionsPerAgent,
          connects: this.#simulator.statistics.connects,
        });
    }
  }

  #call({ number, agents, phoneNumber }: Extract<PbxOrder, { do: 'call' }>): void {
    const uniqueId = `1700000000.${number}`;
    const { delivered } = this.#simulator.placeCall({ agents, phoneNumber, uniqueId });
    say({
      kind: 'called',
      number,
      agents: delivered,
      lines: delivered.map((agent) => this.#lines.get(agent)?.number ?? 0),
    });
  }

  #break(agent: string, how: Breakage): void {
    const line = this.#lines.get(agent);
    if (line === undefined) return;
    const { connection } = line;
    say({ kind: how === 'deafUp' ? 'deafened' : 'broke', lines: [line.number] });
    if (how === 'halfOpen' || how === 'deafUp' || how === 'deafDown' || how === 'deafBoth') {
      this.#deaf.add(line);
      void connection.gone.then(() => this.#deaf.delete(line));
    }
    switch (how) {
      case 'terminate':
      case 'halfOpen':
        this.#simulator.dropSession(agent, how);
        return;
      case 'brokenFrame':
        this.#simulator.sendGarbage(agent, how);
        return;
      case 'reset':
        connection.breakWith('reset');
        return;
      case 'cut':
        connection.breakWith('close');
        return;
      case 'deafUp':
        connection.goHalfOpen('up');
        return;
      case 'deafDown':
        connection.goHalfOpen('down');
        return;
      case 'deafBoth':
        connection.goHalfOpen('both');
    }
  }

  #disturb(agent: string, how: Disturbance, ms: number, reason: string): void {
    const simulator = this.#simulator;
    const has = (): boolean => simulator.agents().some(({ idCrm }) => idCrm === agent);
    if (!has()) return;
    switch (how) {
      case 'close':
      case 'connectionClosed':
      case 'connectionClosedOnly':
        simulator.dropSession(agent, how);
        return;
      case 'logout':
        simulator.logout(agent);
        setTimeout(() => {
          if (has()) simulator.login(agent);
        }, ms);
        return;
      case 'refuse':
        simulator.faults.set(agent, { refuseWith: reason });
        simulator.dropSession(agent, 'connectionClosed');
        setTimeout(() => {
          if (has()) simulator.faults.set(agent, { refuseWith: '' });
        }, ms);
        return;
      case 'commas':
        simulator.faults.set(agent, { seedCommas: true });
        setTimeout(() => {
          if (has()) simulator.faults.set(agent, { seedCommas: false });
        }, ms);
        return;
      case 'text':
      case 'truncated':
      case 'binary':
      case 'nested':
      case 'huge':
        simulator.sendGarbage(agent, how);
    }
  }

  #slow(agent: string, how: Slowness, ms: number): void {
    const line = this.#lines.get(agent);
    // A dead line stays dead.
    if (line?.connection.down.mode !== 'forward' || line.connection.up.mode !== 'forward') return;
    say({ kind: 'slowed', lines: [line.number], ms });
    const { connection, down } = line;
    if (how === 'stall') {
      connection.goHalfOpen('both', 'stall');
      setTimeout(() => {
        // A worse fault may have happened to it meanwhile.
        if (connection.up.mode === 'stall') connection.up.mode = 'forward';
        if (connection.down.mode === 'stall') connection.down.mode = 'forward';
      }, ms);
      return;
    }
    if (how === 'trickle') down.bytesPerSecond = 4_000;
    else down.segmentBytes = 7;
    setTimeout(() => {
      delete down.bytesPerSecond;
      delete down.segmentBytes;
    }, ms);
  }

  async #restart(abrupt: boolean, ms: number): Promise<void> {
    if (this.#restarting) return;
    this.#restarting = true;
    // A `connectionClosed` on a dead or slow line may not arrive within the server's half second.
    const lines = [...this.#lines.values()].filter(
      ({ connection, down }) =>
        abrupt || connection.down.mode !== 'forward' || down.bytesPerSecond !== undefined,
    );
    say({ kind: 'broke', lines: lines.map(({ number }) => number) });
    await this.#simulator.stop({ abrupt });
    setTimeout(() => {
      void this.#simulator.start().then(() => {
        this.#restarting = false;
      });
    }, ms);
  }
}

function say(message: PbxMessage): void {
  process.send?.(message);
}

const simulator = await createSimulator({ sessionTimeoutMs: Number(process.argv[2]) });
const proxy = await FaultProxy.listen(simulator);
const pbx = new Pbx(simulator, proxy);
process.on('message', (message: unknown) => {
  pbx.obey(readPbxOrder(message));
});
process.on('disconnect', () => process.exit());
say({ kind: 'listening', port: proxy.port });
