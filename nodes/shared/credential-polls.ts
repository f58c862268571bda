import type { Clock, Timer } from '@accolades-flow/core';

/** How often a credential is read again, in ms. n8n does not notify a running trigger. */
export const CREDENTIAL_CHECK_MS = 30_000;

/**
 * Minimum time between two reads of this process, in ms. For each read n8n starts an expression
 * sandbox, about 100 ms of processor time, also when the credential has no expression. With more
 * than 30 credentials, each is read less often than every `CREDENTIAL_CHECK_MS`.
 */
export const MIN_READ_GAP_MS = 1_000;

/** A decrypted credential, as n8n returns it. */
export type StoredCredential = Readonly<Record<string, unknown>>;

export interface CredentialSubscriber {
  /** Reads the credential; null when it was deleted. */
  readonly read: () => Promise<StoredCredential | null>;
  /** Called after each successful read. Must not throw. */
  readonly onRead: (credential: StoredCredential | null) => void;
}

/** The subscribers of one credential, in the order in which they read it. */
interface Polled {
  readonly subscribers: Set<CredentialSubscriber>;
  readonly reading: Set<CredentialSubscriber>;
  /** Numbers the reads: a late result must not replace a newer one. */
  started: number;
  received: number;
}

/**
 * Reads the credentials of all active triggers again, in turn. Triggers with the same credential
 * share one read, and take turns to do it, so that one whose reads fail or hang stops no other.
 */
export class CredentialPolls {
  readonly #clock: Clock;
  /** In the order of the next reads. */
  readonly #polled = new Map<string, Polled>();
  #lastTurn = 0;
  #timer: Timer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns ends the subscription; idempotent */
  subscribe(credentialId: string, subscriber: CredentialSubscriber): () => void {
    if (this.#polled.size === 0) this.#lastTurn = this.#clock.monotonic();
    const polled = this.#polled.get(credentialId) ?? newPolled();
    polled.subscribers.add(subscriber);
    this.#polled.set(credentialId, polled);
    this.#schedule();
    return () => {
      if (!polled.subscribers.delete(subscriber)) return;
      if (polled.subscribers.size === 0) this.#polled.delete(credentialId);
      this.#schedule();
    };
  }

  #schedule(): void {
    this.#timer?.stop();
    this.#timer = null;
    if (this.#polled.size === 0) return;
    const gap = Math.max(MIN_READ_GAP_MS, CREDENTIAL_CHECK_MS / this.#polled.size);
    const wait = Math.max(0, this.#lastTurn + gap - this.#clock.monotonic());
    this.#timer = this.#clock.start(wait, () => {
      this.#takeTurn();
    });
  }

  #takeTurn(): void {
    this.#lastTurn = this.#clock.monotonic();
    for (const [credentialId, polled] of this.#polled) {
      this.#polled.delete(credentialId);
      this.#polled.set(credentialId, polled);
      void readOnce(polled);
      break;
    }
    this.#schedule();
  }
}

function newPolled(): Polled {
  return { subscribers: new Set(), reading: new Set(), started: 0, received: 0 };
}

async function readOnce(polled: Polled): Promise<void> {
  const { subscribers, reading } = polled;
  const reader = [...subscribers].find((subscriber) => !reading.has(subscriber));
  if (reader === undefined) return;
  // The next read is another subscriber's.
  subscribers.delete(reader);
  subscribers.add(reader);
  reading.add(reader);
  const number = ++polled.started;
  try {
    const credential = await reader.read();
    if (number < polled.received) return;
    polled.received = number;
    for (const { onRead } of [...subscribers]) onRead(credential);
  } catch {
    // n8n's database does not answer: the next turn reads again.
  } finally {
    reading.delete(reader);
  }
}
