import { startDeadline, type Clock, type Timer } from './clock.ts';

/** How often a ping is sent, and within which time a sign of life must come, in milliseconds. */
export const HEARTBEAT_MS = 20_000;

export interface HeartbeatPeer {
  ping(): void;
  /** Nothing came, neither pong nor frame, for a whole interval after a ping. */
  dead(): void;
}

/** Finds out that a peer is gone although its connection still looks open. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #peer: HeartbeatPeer;
  readonly #tick = (): void => {
    this.#beat();
  };
  #timer: Timer | null = null;
  #alive = true;
  #referenced = true;

  constructor(clock: Clock, peer: HeartbeatPeer) {
    this.#clock = clock;
    this.#peer = peer;
  }

  start(): void {
    this.stop();
    this.#alive = true;
    this.#next();
  }

  /** Any pong or frame. */
  signOfLife(): void {
    this.#alive = true;
  }

  /** Whether a running heartbeat keeps the process alive. */
  keepProcessAlive(keep: boolean): void {
    this.#referenced = keep;
    if (keep) this.#timer?.ref();
    else this.#timer?.unref();
  }

  stop(): void {
    this.#timer?.stop();
    this.#timer = null;
  }

  #next(): void {
    this.#timer = startDeadline(this.#clock, HEARTBEAT_MS, this.#tick);
    if (!this.#referenced) this.#timer.unref();
  }

  #beat(): void {
    if (!this.#alive) {
      this.#timer = null;
      this.#peer.dead();
      return;
    }
    this.#alive = false;
    this.#next();
    this.#peer.ping();
  }
}
