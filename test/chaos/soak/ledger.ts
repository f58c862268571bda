import type { Line, Lines } from './lines.ts';

/**
 * An owner's use of an agent, from its subscription until its release. Times are
 * `performance.now()`.
 */
interface Use {
  readonly owner: string;
  readonly agent: string;
  readonly since: number;
  endedAt: number | null;
  /** When the owner left without being released; null while it is present. */
  awaySince: number | null;
  /** The number of the latest received call. */
  lastReceived: number;
}

/** One call that must reach one owner. */
interface Entry {
  received: number;
  /** The owner subscribed after the call was placed: it may arrive or not. */
  readonly late: boolean;
  /** Whether it was counted as arrived, excused or lost. */
  settled: boolean;
}

interface Call {
  readonly number: number;
  /** `performance.now()` */
  readonly placedAt: number;
  readonly agents: readonly string[];
  /**
   * The connections to which the PBX wrote it, in the order of `writtenTo`; null until reported.
   */
  lines: readonly number[] | null;
  writtenTo: readonly string[];
  readonly entries: Map<Use, Entry>;
}

/**
 * A call that has not arrived by then is lost; in milliseconds, longer than any delay in the soak.
 */
const JUDGED_AFTER_MS = 30_000;
/**
 * How long a call may be in flight on a line that is not slowed, in milliseconds. A break cannot
 * lose older calls.
 */
const IN_FLIGHT_MS = 2_000;

/** Why a call need not have arrived. */
export interface Excuse {
  readonly why: string;
  /**
   * Time from the call to the moment after which nothing could arrive, in milliseconds. Above 0:
   * the call was placed before that moment.
   */
  readonly leadMs: number;
}

/** The excused calls of one kind. */
export interface ExcuseCount {
  count: number;
  /** Those placed before the moment after which nothing could arrive. */
  before: number;
  /** The longest such lead, in milliseconds. */
  longestLeadMs: number;
}

const NOT_WRITTEN: Excuse = { why: 'not written', leadMs: 0 };

/**
 * The reference count of the soak: the calls that each owner must receive.
 *
 * A call to an owner is **due** when all of this holds:
 *  - The PBX wrote the call to connection *n* of an agent.
 *  - The owner was subscribed to that agent when the call was placed, and stayed subscribed, or had
 *    its events held, until the call arrived (a few seconds are enough).
 *  - The client had not ended *n* before the owner came to use it.
 *  - *n* did not break while the call was in flight: by a reset, a cut, a line that went deaf, or a
 *    killed server. A break excuses only the calls of the last two seconds (or those since the line
 *    was slowed), because older ones had reached our socket. A line that is deaf only towards the
 *    PBX still delivers calls, which are due until the client gives the line up.
 *
 * Every other call that was written and did not arrive is **excused**. It is counted by reason,
 * with the time from its placement to the break (or to the owner's leaving). A loss by the product
 * hidden among excused calls would show up in that time.
 *
 * A connection that the server closes, or announces to close, is not broken: everything that it
 * wrote before is due.
 *
 * **Lost**: a due call that has not arrived after 30 s. **Doubled**: a call that reached the same
 * owner more than once, due or not. **Astray**: a call that reached an owner without a
 * subscription. **Disordered**: a call that reached an owner after a later call of the same agent.
 */
export class Ledger {
  placed = 0;
  delivered = 0;
  lost = 0;
  doubled = 0;
  astray = 0;
  disordered = 0;
  /** Calls that were written but need not have arrived, by reason. */
  readonly excuses = new Map<string, ExcuseCount>();
  /** Calls to an owner that the PBX wrote to no connection, because the agent had none. */
  notWritten = 0;
  /** Descriptions of the first few failures. */
  readonly problems: string[] = [];
  readonly #lines: Lines;
  readonly #calls = new Map<number, Call>();
  readonly #uses = new Map<string, Map<string, Use>>();

  constructor(lines: Lines) {
    this.#lines = lines;
  }

  /**
   * From now on the owner is subscribed to exactly these agents; with an empty list it is gone and
   * nothing is held for it.
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

  /** The owner leaves: events are held until it subscribes again or is released. */
  goesAway(owner: string): void {
    for (const use of this.#uses.get(owner)?.values() ?? []) use.awaySince ??= performance.now();
  }

  /** The agents with at least one subscription. */
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

  /** The PBX has written the call to these lines of these agents. */
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

  /** A call was delivered to an ended subscription. */
  goesToNobody(owner: string): void {
    this.astray++;
    this.#problem(`an event came to a subscription of ${owner} that had ended`);
  }

  /** Judges calls that are old enough, and forgets much older ones. */
  judge(all = false): void {
    const now = performance.now();
    for (const [number, call] of this.#calls) {
      const age = now - call.placedAt;
      if (!all && age < JUDGED_AFTER_MS) break;
      for (const [use, entry] of call.entries) this.#settle(call, use, entry);
      // Kept longer, so that a late duplicate is recognised.
      if (age > 2 * JUDGED_AFTER_MS) this.#calls.delete(number);
    }
  }

  get excused(): number {
    return [...this.excuses.values()].reduce((sum, { count }) => sum + count, 0);
  }

  /** Calls that were written and that an owner still waits for. */
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
    /** The excuse, if the call may have been in flight at that moment. */
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
