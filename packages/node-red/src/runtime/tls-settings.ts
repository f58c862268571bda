import type { ServerOptions, TlsOptions } from '@accolades-flow/core';
import { invalidParameter } from './invalid-parameter.ts';

/**
 * The settings of Node-RED's own `tls-config` node.
 * @param node the result of `RED.nodes.getNode`: null when the node was deleted or disabled
 * @throws AccoladesError `INVALID_PARAMETER` when the node is missing or could not read its files
 */
export function readTlsSettings(node: unknown): Pick<ServerOptions, 'tls' | 'allowUnauthorizedCerts'> {
  if (!isTlsNode(node))
    throw invalidParameter('The TLS configuration is missing, disabled or not deployed yet.');
  if (node.valid === false)
    throw invalidParameter('The TLS configuration could not read its certificate or key.');
  const options: Record<string, unknown> = {};
  node.addTLSOptions(options);
  const tls: { -readonly [K in keyof TlsOptions]: TlsOptions[K] } = {};
  for (const name of ['ca', 'cert', 'key', 'pfx'] as const) {
    const value = options[name];
    if ((typeof value === 'string' && value !== '') || Buffer.isBuffer(value)) tls[name] = value;
  }
  for (const name of ['passphrase', 'servername'] as const) {
    const value = options[name];
    if (typeof value === 'string' && value !== '') tls[name] = value;
  }
  return { tls, allowUnauthorizedCerts: options['rejectUnauthorized'] === false };
}

interface TlsNode {
  readonly valid?: unknown;
  addTLSOptions(options: Record<string, unknown>): unknown;
}

function isTlsNode(node: unknown): node is TlsNode {
  return (
    typeof node === 'object' &&
    node !== null &&
    'addTLSOptions' in node &&
    typeof node.addTLSOptions === 'function'
  );
}
