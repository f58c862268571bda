import {
  AccoladesError,
  parseAgentList,
  parseServerUrl,
  type AgentCredential,
  type ServerOptions,
} from '@accolades-flow/core';
import type { INode } from 'n8n-workflow';

/** A credential of type `accoladesAgentApi`, checked. */
export interface AgentConnection {
  readonly agents: readonly AgentCredential[];
  readonly server: ServerOptions;
  /** What the user should know about the security of this connection. */
  readonly warnings: readonly string[];
}

/**
 * Reads a credential of type `accoladesAgentApi`.
 * @param name the credential's name in n8n
 * @throws AccoladesError `INVALID_CREDENTIAL` or `INVALID_URL`, saying what is wrong; holds no
 * secret
 */
export function readAgentCredential(
  credential: Readonly<Record<string, unknown>>,
  name = '',
): AgentConnection {
  const agents = parseAgentList(credential['idCrm'] ?? '', name);
  const { href, encrypted, exposed } = parseServerUrl(credential['url'] ?? '');
  const allowUnauthorizedCerts = encrypted && credential['allowUnauthorizedCerts'] === true;
  const warnings: string[] = [];
  if (exposed) {
    warnings.push(
      'The connection to Accolades is unsafe: ws:// is not encrypted, so anybody on the way can read the idCrm and the calls. Use wss://.',
    );
  }
  if (allowUnauthorizedCerts) {
    warnings.push(
      'The connection to Accolades is unsafe: the certificate of the server is not verified, so anybody on the way can pretend ' +
        'to be the server. Turn off “Allow Unauthorized Certificates” in the credential.',
    );
  }
  return { agents, server: { url: href, allowUnauthorizedCerts }, warnings };
}

/** The name of the node's agent credential; empty when the node has none. */
export function agentCredentialName({ credentials }: INode): string {
  return credentials?.['accoladesAgentApi']?.name ?? '';
}

/** Whether the settings in a credential cause the error. */
export function isCredentialError(error: unknown): error is AccoladesError {
  return (
    error instanceof AccoladesError && (error.code === 'INVALID_CREDENTIAL' || error.code === 'INVALID_URL')
  );
}

/**
 * The result of reading n8n's database; null when the credential does not exist.
 * @throws n8n's error when the database does not answer
 */
export function foundCredential<T>(reading: Promise<T>): Promise<T | null> {
  return reading.catch((error: unknown) => {
    if (error instanceof Error && error.constructor.name === 'CredentialNotFoundError') return null;
    throw error;
  });
}
