import type { Clock } from '../time/clock.ts';
import { sharedTimer, type SharedTimer, type Waiter } from './shared-timer.ts';

/** How often a ping is sent, and within which time a sign of life must come, in milliseconds. */
export const HEARTBEAT_MS = 20_000;

export interface HeartbeatPeer {
  ping(): void;
  /** Nothing came, neither pong nor frame, for a whole interval after a ping. */
  dead(): void;
}

/** Finds out that a peer is gone although its connection still looks open. */
export class Heartbeat implements Waiter {
  /** For the timer. */
  previous: Waiter | null = null;
  /** For the timer. */
  next: Waiter | null = null;
  /** For the timer. */
  due: number | null = null;
  /** For the timer. */
  keepsProcessAlive = true;
  readonly #peer: HeartbeatPeer;
  readonly #timer: SharedTimer;
  #alive = true;

  constructor(clock: Clock, peer: HeartbeatPeer) {
    this.#peer = peer;
    this.#timer = sharedTimer(clock, HEARTBEAT_MS);
  }

  start(): void {
    this.#alive = true;
    this.#timer.start(this);
  }

  /** Any pong or frame. */
  signOfLife(): void {
    this.#alive = true;
  }

  /** Whether a running heartbeat keeps the process alive. */
  keepProcessAlive(keep: boolean): void {
    this.#timer.keepProcessAlive(this, keep);
  }

  stop(): void {
    this.#timer.stop(this);
  }

  /** For the timer. */
  elapsed(): void {
    if (!this.#alive) {
      this.#peer.dead();
      return;
    }
    this.#alive = false;
    this.#timer.start(this);
    this.#peer.ping();
  }
}
