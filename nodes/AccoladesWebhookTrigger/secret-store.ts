import { AccoladesError, type Clock } from '@accolades-flow/core';
import { systemClock } from '@accolades-flow/core/node';

/** How long a secret counts as current after it was read, in milliseconds. */
export const SECRET_FRESH_MS = 5_000;

/**
 * The pauses before further attempts to read, in milliseconds: long enough for a database restart.
 */
export const RENEWAL_PAUSES_MS: readonly number[] = [250, 1_000, 4_000];

export interface RecalledSecret {
  readonly secret: string;
  /** Whether it was read so short a time ago that it need not be read again. */
  readonly isFresh: boolean;
}

interface Known {
  readonly secret: string;
  /** On the monotonic clock. */
  readonly readAt: number;
}

/**
 * The secrets that the nodes of this process have read. n8n decrypts a credential in a sandbox,
 * which takes about 100 ms of processor time: too long for each request.
 */
export class SecretStore {
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();
  readonly #reading = new Map<string, Promise<string>>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** What was read last; null when nothing was. */
  recall(key: string): RecalledSecret | null {
    const known = this.#known.get(key);
    if (known === undefined) return null;
    return { secret: known.secret, isFresh: this.#clock.monotonic() - known.readAt < SECRET_FRESH_MS };
  }

  /**
   * Reads and keeps a secret; callers during the read share it.
   * @throws what `read` throws; nothing is kept then
   */
  read(key: string, read: () => Promise<string>): Promise<string> {
    const running = this.#reading.get(key);
    if (running !== undefined) return running;
    const reading = this.#readAndKeep(key, read);
    this.#reading.set(key, reading);
    return reading;
  }

  /**
   * As `read`, for a request that has been answered and will not come again: a read that fails is
   * repeated after each of `RENEWAL_PAUSES_MS`. A credential that was read but is not valid is not
   * read again.
   *
   * @throws what the last attempt throws
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
    // From before it is read: it may change meanwhile.
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
