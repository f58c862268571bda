import { AccoladesError, messageOf } from '@accolades-flow/core';
import type { AgentConnection } from '../shared/agent-credential.ts';
import type { CredentialPolls, StoredCredential } from '../shared/credential-polls.ts';

export interface CredentialWatchOptions {
  /** Reads the credential, shared by all triggers that have it. */
  readonly polls: CredentialPolls;
  readonly credentialId: string;
  /** Reads the credential; null when it was deleted. */
  readonly read: () => Promise<StoredCredential | null>;
  /** @throws AccoladesError when the credential is invalid */
  readonly decode: (credential: StoredCredential) => AgentConnection;
  readonly onChange: (connection: AgentConnection) => void;
  /** The current credential is invalid. Called once for each reason. */
  readonly onInvalid: (reason: string) => void;
}

/** Polls a credential and reports changes. */
export class CredentialWatch {
  readonly #options: CredentialWatchOptions;
  readonly #unsubscribe: () => void;
  #known: string;
  #invalid: string | null = null;

  constructor(current: AgentConnection, options: CredentialWatchOptions) {
    this.#options = options;
    this.#known = fingerprint(current);
    this.#unsubscribe = options.polls.subscribe(options.credentialId, {
      read: options.read,
      onRead: (credential) => {
        this.#look(credential);
      },
    });
  }

  /** Idempotent. */
  close(): void {
    this.#unsubscribe();
  }

  #look(credential: StoredCredential | null): void {
    if (credential === null) {
      this.#reportInvalid('The credential was deleted.');
      return;
    }
    try {
      const connection = this.#options.decode(credential);
      this.#invalid = null;
      const now = fingerprint(connection);
      if (now === this.#known) return;
      this.#known = now;
      this.#options.onChange(connection);
    } catch (error) {
      if (error instanceof AccoladesError) this.#reportInvalid(error.what ?? messageOf(error));
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
