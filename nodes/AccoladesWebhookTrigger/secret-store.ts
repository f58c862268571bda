/** How long a secret that was read is taken for the present one, in milliseconds. */
export const SECRET_FRESH_MS = 5_000;

export interface RecalledSecret {
  readonly secret: string;
  /** Whether it was read so short a time ago that it need not be read again. */
  readonly isFresh: boolean;
}

interface Known {
  readonly secret: string;
  /** On the clock of `performance.now`. */
  readonly readAt: number;
}

/**
 * The secrets that the nodes of this process have read. n8n decrypts a credential in a sandbox of its own, which takes about a tenth of
 * a second and keeps the processor busy: too long to wait for at each request, and too much to do at each of many.
 */
export class SecretStore {
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();
  readonly #reading = new Map<string, Promise<string>>();

  /** @param now milliseconds from any start, never jumping */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** What was read last; null when nothing was. */
  recall(key: string): RecalledSecret | null {
    const known = this.#known.get(key);
    if (known === undefined) return null;
    return { secret: known.secret, isFresh: this.#now() - known.readAt < SECRET_FRESH_MS };
  }

  /** Reads and keeps it; those who ask meanwhile get the same. @throws what `read` throws: then nothing is kept */
  read(key: string, read: () => Promise<string>): Promise<string> {
    const running = this.#reading.get(key);
    if (running !== undefined) return running;
    const reading = this.#readAndKeep(key, read);
    this.#reading.set(key, reading);
    return reading;
  }

  forget(key: string): void {
    this.#known.delete(key);
  }

  async #readAndKeep(key: string, read: () => Promise<string>): Promise<string> {
    // From before it is read: it may change meanwhile.
    const readAt = this.#now();
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
