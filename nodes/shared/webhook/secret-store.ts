import { AccoladesError, type Clock } from '@accolades-flow/core';
import { systemClock } from '@accolades-flow/core/node';

/** How long a secret counts as current after a read, in milliseconds. */
export const SECRET_FRESH_MS = 5_000;

/** The pauses between read attempts, in milliseconds: long enough for a database restart. */
export const RENEWAL_PAUSES_MS: readonly number[] = [250, 1_000, 4_000];

export interface RecalledSecret {
  readonly secret: string;
  /** Whether it was read recently enough to use without another read. */
  readonly isFresh: boolean;
}

interface Known {
  readonly secret: string;
  /** On the monotonic clock. */
  readonly readAt: number;
}

/**
 * The secrets that the nodes of this process have read. n8n decrypts a credential in a sandbox,
 * which takes about 100 ms of processor time, too long for each request.
 */
export class SecretStore {
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();
  readonly #reading = new Map<string, Promise<string>>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** The last secret read; null when there is none. */
  recall(key: string): RecalledSecret | null {
    const known = this.#known.get(key);
    if (known === undefined) return null;
    return { secret: known.secret, isFresh: this.#clock.monotonic() - known.readAt < SECRET_FRESH_MS };
  }

  /**
   * Reads and caches a secret. Concurrent callers share the read.
   * @throws the error of `read`; nothing is cached then
   */
  read(key: string, read: () => Promise<string>): Promise<string> {
    const running = this.#reading.get(key);
    if (running !== undefined) return running;
    const reading = this.#readAndKeep(key, read);
    this.#reading.set(key, reading);
    return reading;
  }

  /**
   * Like `read`, for a request that was answered and is not repeated: a failed read is retried
   * after each of `RENEWAL_PAUSES_MS`. An invalid credential is not read again.
   *
   * @throws the error of the last attempt
   */
  renew(
    key: string,
    read: () => Promise<string>,
    [pause, ...pauses]: readonly number[] = RENEWAL_PAUSES_MS,
  ): Promise<string> {
    const renewing = this.read(key, read);
    if (pause === undefined) return renewing;
    return renewing.catch(async (error: unknown) => {
      if (error instanceof AccoladesError) return renewing;
      await new Promise<void>((resolve) => this.#clock.start(pause, resolve));
      return this.renew(key, read, pauses);
    });
  }

  forget(key: string): void {
    this.#known.delete(key);
  }

  async #readAndKeep(key: string, read: () => Promise<string>): Promise<string> {
    // Taken before the read, because the secret may change during it.
    const readAt = this.#clock.monotonic();
    let known: Known | null = null;
    try {
      const secret = await read();
      known = { secret, readAt };
      return secret;
    } finally {
      this.#reading.delete(key);
      if (known === null) this.#known.delete(key);
      else this.#known.set(key, known);
    }
  }
}
