import { AccoladesError, messageOf, type Clock, type Timer } from '@accolades-flow/core';
import type { AgentConnection } from '../shared/agent-credential.ts';

/**
 * How often the credential is read again, in milliseconds. n8n does not notify a running trigger.
 */
export const CREDENTIAL_CHECK_MS = 30_000;

export interface CredentialWatchOptions {
  /** Reads the current connection; null when the credential was deleted. */
  readonly read: () => Promise<AgentConnection | null>;
  readonly onChange: (connection: AgentConnection) => void;
  /** The current credential is invalid. Called once for each reason. */
  readonly onInvalid: (reason: string) => void;
  readonly clock: Clock;
}

/** Polls a credential and reports changes. */
export class CredentialWatch {
  readonly #options: CredentialWatchOptions;
  #known: string;
  #invalid: string | null = null;
  #timer: Timer | null = null;
  #closed = false;

  constructor(current: AgentConnection, options: CredentialWatchOptions) {
    this.#options = options;
    this.#known = fingerprint(current);
    this.#schedule();
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#timer?.stop();
    this.#timer = null;
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer = this.#options.clock.start(CREDENTIAL_CHECK_MS, () => {
      void this.#look().finally(() => {
        this.#schedule();
      });
    });
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    try {
      const connection = await this.#options.read();
      if (this.#closed) return;
      if (connection === null) {
        this.#reportInvalid('The credential was deleted.');
        return;
      }
      this.#invalid = null;
      const now = fingerprint(connection);
      if (now === this.#known) return;
      this.#known = now;
      this.#options.onChange(connection);
    } catch (error) {
      // Other errors come from n8n's database: retry at the next interval.
      if (this.#closed || !(error instanceof AccoladesError)) return;
      this.#reportInvalid(error.what ?? messageOf(error));
    }
  }

  #reportInvalid(reason: string): void {
    if (reason === this.#invalid) return;
    this.#invalid = reason;
    this.#options.onInvalid(reason);
  }
}

function fingerprint({ agents, server }: AgentConnection): string {
  return JSON.stringify([agents.map(({ label, idCrm }) => [label, idCrm]), server]);
}
