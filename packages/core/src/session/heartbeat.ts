import { startDeadline, type Clock, type Timer } from '../time/clock.ts';

/** Heartbeats due within this time of the first are served together, in milliseconds. */
const TOGETHER_MS = 20;

export interface HeartbeatPeer {
  ping(): void;
  /** The peer sent neither a pong nor a frame for a whole interval after a ping. */
  dead(): void;
}

/** Detects a dead peer whose connection still looks open. */
export class Heartbeat {
  /** For the sweep: time of the next beat, by the monotonic clock. */
  due = 0;
  readonly #peer: HeartbeatPeer;
  readonly #sweep: HeartbeatSweep;
  #alive = true;

  /** @param intervalMs time between two pings, and the time for a sign of life */
  constructor(clock: Clock, intervalMs: number, peer: HeartbeatPeer) {
    this.#peer = peer;
    this.#sweep = sweepOf(clock, intervalMs);
  }

  start(): void {
    this.#alive = true;
    this.#sweep.add(this);
  }

  /** Called for each pong and each frame. */
  signOfLife(): void {
    this.#alive = true;
  }

  /** Idempotent. */
  stop(): void {
    this.#sweep.remove(this);
  }

  /** For the sweep. */
  beat(): void {
    if (!this.#alive) {
      this.#peer.dead();
      return;
    }
    this.#alive = false;
    this.#sweep.add(this);
    this.#peer.ping();
  }
}

/**
 * Runs the heartbeats of all sessions with one interval on one timer. One timer per session would
 * cost too much memory.
 */
class HeartbeatSweep {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  /** Ordered by due time, because all have the same interval. */
  readonly #running = new Set<Heartbeat>();
  #timer: Timer | null = null;

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** Schedules one beat after the interval. */
  add(heartbeat: Heartbeat): void {
    heartbeat.due = this.#clock.monotonic() + this.#intervalMs;
    this.#running.delete(heartbeat);
    this.#running.add(heartbeat);
    this.#schedule();
  }

  remove(heartbeat: Heartbeat): void {
    if (!this.#running.delete(heartbeat) || this.#running.size > 0) return;
    this.#timer?.stop();
    this.#timer = null;
  }

  /** Keeps a running timer, even if its heartbeat has been removed: the callback checks again. */
  #schedule(): void {
    const [first] = this.#running;
    if (first === undefined || this.#timer !== null) return;
    const wait = Math.max(0, Math.ceil(first.due - this.#clock.monotonic()));
    this.#timer = startDeadline(this.#clock, wait, () => {
      this.#timer = null;
      this.#serve();
    });
  }

  #serve(): void {
    const latest = this.#clock.monotonic() + TOGETHER_MS;
    try {
      for (const heartbeat of this.#running) {
        if (heartbeat.due > latest) break;
        this.#running.delete(heartbeat);
        heartbeat.beat();
      }
    } finally {
      this.#schedule();
    }
  }
}

const sweeps = new WeakMap<Clock, Map<number, HeartbeatSweep>>();

function sweepOf(clock: Clock, intervalMs: number): HeartbeatSweep {
  const ofClock = sweeps.get(clock) ?? new Map<number, HeartbeatSweep>();
  sweeps.set(clock, ofClock);
  const sweep = ofClock.get(intervalMs) ?? new HeartbeatSweep(clock, intervalMs);
  ofClock.set(intervalMs, sweep);
  return sweep;
}
