import type { NodeStatus } from './node-status.ts';
import { startTimer, type StartTimer } from './timer.ts';

/** How long the last call is shown before the connection is shown again, in milliseconds. */
export const LAST_CALL_SHOWN_MS = 5_000;
/**
 * The minimum time between two calls' statuses, in ms, so that a busy hour does not flood the
 * editor.
 */
export const CALL_UPDATE_MS = 250;

/** A node's status: its connection, or for a few seconds the last call. */
export class StatusDisplay {
  readonly #emit: (status: NodeStatus) => void;
  readonly #startTimer: StartTimer;
  #connection: NodeStatus = {};
  #shown: NodeStatus = {};
  /** While set, it replaces everything else. */
  #notice: NodeStatus | null = null;
  #nextCall: (() => NodeStatus) | null = null;
  /** Whether a call was shown so recently that the next one must wait. */
  #settling = false;
  #stopTimer: () => void = () => undefined;

  constructor(emit: (status: NodeStatus) => void, start: StartTimer = startTimer) {
    this.#emit = emit;
    this.#startTimer = start;
  }

  /** Shows the connection's status when it has changed. */
  showConnection(status: NodeStatus): void {
    if (sameStatus(status, this.#connection)) return;
    this.#connection = status;
    this.#endCall();
    this.#show(this.#notice ?? status);
  }

  /**
   * Shows a notice instead of the connection and calls.
   * @param notice null: shows them again
   */
  showNotice(notice: NodeStatus | null): void {
    if (notice === null && this.#notice === null) return;
    this.#notice = notice;
    this.#endCall();
    this.#show(notice ?? this.#connection);
  }

  /** @param describe called only for a call that is shown; of a burst, only the last one is */
  showCall(describe: () => NodeStatus): void {
    if (this.#notice !== null) return;
    if (this.#settling) {
      this.#nextCall = describe;
      return;
    }
    this.#endCall();
    this.#settling = true;
    this.#show(describe());
    this.#stopTimer = this.#startTimer(CALL_UPDATE_MS, () => {
      this.#settling = false;
      const next = this.#nextCall;
      this.#nextCall = null;
      if (next !== null) {
        this.showCall(next);
        return;
      }
      this.#stopTimer = this.#startTimer(LAST_CALL_SHOWN_MS - CALL_UPDATE_MS, () => {
        this.#show(this.#connection);
      });
    });
  }

  /** Emits the status again, for Status nodes that did not exist before. */
  repeat(): void {
    this.#emit(this.#shown);
  }

  /** Clears the status and stops the timer. Idempotent. */
  close(): void {
    this.#endCall();
    this.#notice = null;
    this.#connection = {};
    if (!sameStatus(this.#shown, {})) this.#show({});
  }

  #show(status: NodeStatus): void {
    this.#shown = status;
    this.#emit(status);
  }

  #endCall(): void {
    this.#stopTimer();
    this.#settling = false;
    this.#nextCall = null;
  }
}

function sameStatus(a: NodeStatus, b: NodeStatus): boolean {
  return a.text === b.text && a.fill === b.fill && a.shape === b.shape;
}
