/** The parameters that Accolades adds to the address of the connector's frame. */
export interface ConnectionParameters {
  readonly serverUrl: string;
  /** The agent's `idCrm`: a secret. */
  readonly agentId: string;
}

export type ParametersResult =
  | { readonly ok: true; readonly parameters: ConnectionParameters }
  /** Names of parameters that are missing or unusable. */
  | { readonly ok: false; readonly wrong: readonly string[] };

/**
 * Reads `serverFqdn`, `serverPort` and `agentId` from the query of the page's address. [connector]
 *
 * `serverProtocol=ws` is for a simulator on the same machine. It is ignored for any other server,
 * since the `agentId` is a secret.
 */
export function readParameters(query: string): ParametersResult {
  const given = new URLSearchParams(query);
  const host = (given.get('serverFqdn') ?? '').trim();
  const port = (given.get('serverPort') ?? '').trim();
  const agentId = (given.get('agentId') ?? '').trim();
  const isPort = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535;
  const wrong = [
    ...(/^[A-Za-z0-9.-]+$/.test(host) ? [] : ['serverFqdn']),
    ...(isPort ? [] : ['serverPort']),
    ...(agentId !== '' && agentId.length <= 200 ? [] : ['agentId']),
  ];
  if (wrong.length > 0) return { ok: false, wrong };
  const protocol = given.get('serverProtocol') === 'ws' && isLoopback(host) ? 'ws' : 'wss';
  return { ok: true, parameters: { serverUrl: `${protocol}://${host}:${port}`, agentId } };
}

/** Whether a host name means this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
