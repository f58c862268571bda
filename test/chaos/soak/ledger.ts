import type { Line, Lines } from './lines.ts';

/**
 * An owner's use of an agent, from its subscription until it is released. Times are
 * `performance.now()`.
 */
interface Use {
  readonly owner: string;
  readonly agent: string;
  readonly since: number;
  endedAt: number | null;
  /** Since when the owner is away without having been released; null while it is there. */
  awaySince: number | null;
  /** The number of the latest call that came. */
  lastReceived: number;
}

/** One call as it must reach one owner. */
interface Entry {
  received: number;
  /** The owner subscribed when the call was already under way: it may come or not. */
  readonly late: boolean;
  /** Whether it has been counted as arrived, excused or lost. */
  settled: boolean;
}

interface Call {
  readonly number: number;
  /** `performance.now()` */
  readonly placedAt: number;
  readonly agents: readonly string[];
  /**
   * The connections that the PBX wrote it to, in the order of `writtenTo`; null until it has said
   * so.
   */
  lines: readonly number[] | null;
  writtenTo: readonly string[];
  readonly entries: Map<Use, Entry>;
}

/**
 * A call that has not come by then is lost, in milliseconds: longer than any delay that the soak
 * causes.
 */
const JUDGED_AFTER_MS = 30_000;
/**
 * How long a call may be on its way over a line that is not slowed; a break takes away no older
 * ones, in milliseconds.
 */
const IN_FLIGHT_MS = 2_000;

/** Why a call need not have come. */
export interface Excuse {
  readonly why: string;
  /**
   * The moment from which nothing could come any more, less that of the call: above 0 it was placed
   * before. In milliseconds.
   */
  readonly leadMs: number;
}

/** The excused calls of one kind. */
export interface ExcuseCount {
  count: number;
  /** Those of them that were placed before the moment from which nothing could come any more. */
  before: number;
  /** How long before, at most, in milliseconds. */
  longestLeadMs: number;
}

const NOT_WRITTEN: Excuse = { why: 'not written', leadMs: 0 };

/**
 * The reference count of the soak: which call each owner must get.
 *
 * **Due** is a call to an owner when the PBX had written it to connection *n* of an agent that the
 * owner was subscribed to when the call was placed, the owner (or its kept place) stayed subscribed
 * to that agent until the call came (a few seconds are enough for that), and *n*
 *  - had not been ended by the client before the owner came to use it, and
 *  - was not broken while the call was on its way: by a reset, a cut, a line that went deaf, a
 *    server killed. A break lets off only the calls of the last two seconds (or those since the
 *    line was slowed): anything older had been delivered to our socket. A line that is deaf towards
 *    the PBX alone still brings calls: they are due until the client gives it up.
 *
 * Every other call that was written and did not come is **excused**, and counted by reason, with
 * how long before the break (or the owner's leaving) it had been placed: were a loss of the product
 * hidden among them, that time would show it.
 *
 * A connection that the server closes, or announces to close, breaks nothing: what it wrote before
 * is due.
 *
 * **Lost** is a due call that has not come after 30 s; **doubled** one that came to the same owner
 * more than once, whether it was due or not; **astray** one that came to somebody who was not
 * subscribed; **disordered** one that came to an owner after a later one of the same agent.
 */
export class Ledger {
  placed = 0;
  delivered = 0;
  lost = 0;
  doubled = 0;
  astray = 0;
  disordered = 0;
  /** Calls that were written but need not have come, by why. */
  readonly excuses = new Map<string, ExcuseCount>();
  /** Calls to an owner that the PBX wrote to no connection, since the agent had none. */
  notWritten = 0;
  /** What happened to the first few that went wrong. */
  readonly problems: string[] = [];
  readonly #lines: Lines;
  readonly #calls = new Map<number, Call>();
  readonly #uses = new Map<string, Map<string, Use>>();

  constructor(lines: Lines) {
    this.#lines = lines;
  }

  /**
   * The owner is subscribed to exactly these agents from now on; to none: it is gone and nothing is
   * kept for it.
   */
  subscribes(owner: string, agents: readonly string[]): void {
    const before = this.#uses.get(owner);
    const now = performance.now();
    for (const use of before?.values() ?? []) if (!agents.includes(use.agent)) use.endedAt = now;
    if (agents.length === 0) {
      this.#uses.delete(owner);
      return;
    }
    const uses = new Map<string, Use>();
    for (const agent of agents) {
      const use = before?.get(agent) ?? {
        owner,
        agent,
        since: now,
        endedAt: null,
        awaySince: null,
        lastReceived: 0,
      };
      use.awaySince = null;
      uses.set(agent, use);
    }
    this.#uses.set(owner, uses);
  }

  /** The owner goes: what comes is held for it, until it subscribes again or is released. */
  goesAway(owner: string): void {
    for (const use of this.#uses.get(owner)?.values() ?? []) use.awaySince ??= performance.now();
  }

  /** The agents that anybody is subscribed to. */
  get agentsInUse(): number {
    return new Set([...this.#uses.values()].flatMap((uses) => [...uses.keys()])).size;
  }

  /** A call is about to be placed. @returns its number */
  places(agents: readonly string[]): number {
    const number = ++this.placed;
    const entries = new Map<Use, Entry>();
    for (const uses of this.#uses.values()) {
      for (const agent of agents) {
        const use = uses.get(agent);
        if (use !== undefined) entries.set(use, { received: 0, late: false, settled: false });
      }
    }
    this.#calls.set(number, {
      number,
      placedAt: performance.now(),
      agents,
      lines: null,
      writtenTo: [],
      entries,
    });
    return number;
  }

  /** The PBX has written it to these lines of these agents. */
  written(number: number, agents: readonly string[], lines: readonly number[]): void {
    const call = this.#calls.get(number);
    if (call === undefined) return;
    call.writtenTo = agents;
    call.lines = lines;
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
    const entry = call.entries.get(use) ?? { received: 0, late: true, settled: false };
    call.entries.set(use, entry);
    entry.received++;
    const slow = this.#lineOf(call, agent)?.slow ?? null;
    if (call.placedAt < Math.min(use.since, slow?.since ?? Infinity) - IN_FLIGHT_MS) {
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
      for (const [use, entry] of call.entries) this.#settle(call, use, entry);
      // Kept a while longer, so that a late second delivery is known for what it is.
      if (age > 2 * JUDGED_AFTER_MS) this.#calls.delete(number);
    }
  }

  get excused(): number {
    return [...this.excuses.values()].reduce((sum, { count }) => sum + count, 0);
  }

  /** Calls that were written and that somebody still waits for. */
  get pending(): number {
    let pending = 0;
    for (const call of this.#calls.values()) {
      for (const [use, entry] of call.entries) {
        if (!entry.settled && entry.received === 0 && this.#excuse(call, use, entry) === null) pending++;
      }
    }
    return pending;
  }

  #settle(call: Call, use: Use, entry: Entry): void {
    if (entry.settled) return;
    entry.settled = true;
    if (entry.received > 0) return;
    const excuse = this.#excuse(call, use, entry);
    if (excuse === NOT_WRITTEN) {
      this.notWritten++;
      return;
    }
    if (excuse !== null) {
      const counted = this.excuses.get(excuse.why) ?? { count: 0, before: 0, longestLeadMs: 0 };
      this.excuses.set(excuse.why, counted);
      counted.count++;
      if (excuse.leadMs > 0) counted.before++;
      counted.longestLeadMs = Math.max(counted.longestLeadMs, excuse.leadMs);
      return;
    }
    this.lost++;
    this.#problem(
      `call ${call.number} of ${use.agent}, placed ${Math.round(performance.now() - call.placedAt)} ms ago, never came to ` +
        `${use.owner}; its line: ${JSON.stringify(this.#lineOf(call, use.agent))}`,
    );
  }

  #excuse(call: Call, use: Use, entry: Entry): Excuse | null {
    if (entry.late) return { why: 'its owner came later', leadMs: 0 };
    if (!call.writtenTo.includes(use.agent)) return NOT_WRITTEN;
    const line = this.#lineOf(call, use.agent);
    if (line === undefined) return null;
    const { brokenAt, endedAt, unheard, slow } = line;
    /** The excuse, if the call may have been under way at that moment. */
    const met = (moment: number | null, why: string): Excuse | null => {
      if (moment === null) return null;
      const leadMs = moment - call.placedAt;
      const wasSlow =
        slow !== null &&
        moment >= slow.since &&
        moment <= slow.until + IN_FLIGHT_MS &&
        call.placedAt >= slow.since - IN_FLIGHT_MS;
      if (wasSlow && leadMs > 0) return { why: `${why}, slowed before`, leadMs };
      return leadMs <= IN_FLIGHT_MS ? { why, leadMs } : null;
    };
    const before =
      endedAt !== null && endedAt <= use.since
        ? { why: 'on a connection of before its owner came', leadMs: endedAt - call.placedAt }
        : null;
    return (
      met(brokenAt, 'on a broken connection') ??
      met(unheard ? endedAt : null, 'on a connection that did not answer and was given up') ??
      met(use.endedAt === null ? null : (use.awaySince ?? use.endedAt), 'its owner had left') ??
      before
    );
  }

  #lineOf(call: Call, agent: string): Line | undefined {
    return this.#lines.get(call.lines?.[call.writtenTo.indexOf(agent)] ?? -1);
  }

  #problem(text: string): void {
    if (this.problems.length < 20) this.problems.push(text);
  }
}
