import type { Line, Lines } from './lines.ts';

/** One call as it must reach one owner. */
interface Entry {
  received: number;
  /** What lets the owner off; null: nothing. */
  excuse: string | null;
  /** Whether it has been counted as arrived or lost. */
  settled: boolean;
}

interface Call {
  readonly number: number;
  /** `performance.now()` */
  readonly placedAt: number;
  readonly agents: readonly string[];
  /** The connections that the PBX wrote it to, by agent; null until it has said so. */
  lines: ReadonlyMap<string, number> | null;
  /** By `owner agent`. */
  readonly entries: Map<string, Entry>;
}

/** An owner's use of an agent. */
interface Use {
  readonly since: number;
  lastReceived: number;
}

/** A call that has not come by then is lost, in milliseconds: longer than any delay that the soak causes. */
const JUDGED_AFTER_MS = 30_000;
/** How long a call may be on its way over a line that is not slowed; a break takes away no older ones, in milliseconds. */
const IN_FLIGHT_MS = 2_000;

/**
 * The reference count of the soak: which call each owner must get.
 *
 * **Due** is a call to an owner when the PBX had written it to connection *n* of an agent that the owner was subscribed to when
 * the call was placed, the owner (or its kept place) stayed subscribed to that agent until the call came, and *n*
 *  - had not been ended by the client before the owner came to use it, and
 *  - was not broken while the call was on its way: by a reset, a cut, a line that went deaf, a server killed. A break lets off only
 *    the calls of the last two seconds (or those since the line was slowed): anything older had been delivered to our socket.
 *
 * A connection that the server closes, or announces to close, breaks nothing: what it wrote before is due.
 *
 * **Lost** is a due call that has not come after 30 s; **doubled** one that came to the same owner more than once, whether it was
 * due or not; **astray** one that came to somebody who was not subscribed; **disordered** one that came to an owner after a later
 * one of the same agent.
 */
export class Ledger {
  placed = 0;
  delivered = 0;
  lost = 0;
  doubled = 0;
  astray = 0;
  disordered = 0;
  excused = 0;
  /** What happened to the first few that went wrong. */
  readonly problems: string[] = [];
  readonly #lines: Lines;
  readonly #calls = new Map<number, Call>();
  readonly #uses = new Map<string, Map<string, Use>>();

  constructor(lines: Lines) {
    this.#lines = lines;
  }

  /** The owner is subscribed to exactly these agents from now on; to none: it is gone and nothing is kept for it. */
  subscribes(owner: string, agents: readonly string[]): void {
    const before = this.#uses.get(owner) ?? new Map<string, Use>();
    for (const agent of before.keys()) {
      if (!agents.includes(agent)) this.#excusePending(owner, agent, 'released');
    }
    const since = performance.now();
    const uses = new Map(agents.map((agent) => [agent, before.get(agent) ?? { since, lastReceived: 0 }]));
    if (uses.size === 0) this.#uses.delete(owner);
    else this.#uses.set(owner, uses);
  }

  /** The agents that anybody is subscribed to. */
  get agentsInUse(): number {
    return new Set([...this.#uses.values()].flatMap((uses) => [...uses.keys()])).size;
  }

  /** A call is about to be placed. @returns its number */
  places(agents: readonly string[]): number {
    const number = ++this.placed;
    const entries = new Map<string, Entry>();
    for (const [owner, uses] of this.#uses) {
      for (const agent of agents) {
        if (uses.has(agent)) entries.set(`${owner} ${agent}`, { received: 0, excuse: null, settled: false });
      }
    }
    this.#calls.set(number, { number, placedAt: performance.now(), agents, lines: null, entries });
    return number;
  }

  /** The PBX has written it to these lines. */
  written(number: number, lines: ReadonlyMap<string, number>): void {
    const call = this.#calls.get(number);
    if (call !== undefined) call.lines = lines;
  }

  receives(owner: string, agent: string, number: number): void {
    const call = this.#calls.get(number);
    const use = this.#uses.get(owner)?.get(agent);
    if (call === undefined) {
      this.doubled++;
      this.#problem(`call ${number} came to ${owner} long after it was settled`);
      return;
    }
    if (use === undefined || !call.agents.includes(agent)) {
      this.astray++;
      this.#problem(`call ${number} of ${agent} came to ${owner}, which is not subscribed to it`);
      return;
    }
    const key = `${owner} ${agent}`;
    // One that subscribed when the call was already on its way.
    const entry = call.entries.get(key) ?? { received: 0, excuse: 'early', settled: false };
    call.entries.set(key, entry);
    entry.received++;
    const slow = this.#lineOf(call, agent)?.slow ?? null;
    const underWaySince = Math.min(use.since, slow?.since ?? Infinity) - IN_FLIGHT_MS;
    if (call.placedAt < underWaySince) {
      this.astray++;
      this.#problem(`call ${number} of ${agent} was kept for ${owner} although it had been released`);
    }
    if (entry.received > 1) {
      this.doubled++;
      this.#problem(`call ${number} of ${agent} came to ${owner} ${entry.received} times`);
      return;
    }
    this.delivered++;
    if (number < use.lastReceived) {
      this.disordered++;
      this.#problem(`call ${number} of ${agent} came to ${owner} after call ${use.lastReceived}`);
    }
    use.lastReceived = Math.max(use.lastReceived, number);
  }

  /** Something was delivered to a subscription that has ended. */
  goesToNobody(owner: string): void {
    this.astray++;
    this.#problem(`an event came to a subscription of ${owner} that had ended`);
  }

  /** Counts the calls that are old enough, and forgets those that are much older. */
  judge(all = false): void {
    const now = performance.now();
    for (const [number, call] of this.#calls) {
      const age = now - call.placedAt;
      if (!all && age < JUDGED_AFTER_MS) break;
      for (const [key, entry] of call.entries) this.#settle(call, key, entry);
      // Kept for as long again, so that a late second delivery is known for what it is.
      if (age > 3 * JUDGED_AFTER_MS) this.#calls.delete(number);
    }
  }

  /** Calls that were written and that somebody still waits for. */
  get pending(): number {
    let pending = 0;
    for (const call of this.#calls.values()) {
      for (const [key, entry] of call.entries) {
        if (!entry.settled && entry.received === 0 && this.#excuse(call, key, entry) === null) pending++;
      }
    }
    return pending;
  }

  #settle(call: Call, key: string, entry: Entry): void {
    if (entry.settled) return;
    entry.settled = true;
    if (entry.received > 0) return;
    const excuse = this.#excuse(call, key, entry);
    if (excuse === 'not written') return;
    if (excuse !== null) {
      this.excused++;
      return;
    }
    this.lost++;
    const [owner = '', agent = ''] = key.split(' ');
    const line = this.#lineOf(call, agent);
    this.#problem(
      `call ${call.number} of ${agent}, placed ${Math.round(performance.now() - call.placedAt)} ms ago, never came to ` +
        `${owner}; its line: ${JSON.stringify(line)}`,
    );
  }

  #excuse(call: Call, key: string, entry: Entry): string | null {
    if (entry.excuse !== null) return entry.excuse;
    const [owner = '', agent = ''] = key.split(' ');
    if (call.lines?.has(agent) !== true) return 'not written';
    const line = this.#lineOf(call, agent);
    if (line === undefined) return 'an unknown line';
    const { brokenAt, endedAt, slow } = line;
    if (brokenAt !== null) {
      const wasSlow = slow !== null && brokenAt <= slow.until + IN_FLIGHT_MS;
      const underWaySince = Math.min(brokenAt, wasSlow ? slow.since : Infinity) - IN_FLIGHT_MS;
      if (call.placedAt >= underWaySince) return 'on a broken line';
    }
    const since = this.#uses.get(owner)?.get(agent)?.since ?? Infinity;
    if (endedAt !== null && endedAt <= since) return 'on a line of before';
    return null;
  }

  #lineOf(call: Call, agent: string): Line | undefined {
    return this.#lines.get(call.lines?.get(agent) ?? -1);
  }

  #excusePending(owner: string, agent: string, excuse: string): void {
    for (const call of this.#calls.values()) {
      const entry = call.entries.get(`${owner} ${agent}`);
      if (entry?.received === 0 && !entry.settled) entry.excuse = excuse;
    }
  }

  #problem(text: string): void {
    if (this.problems.length < 20) this.problems.push(text);
  }
}
