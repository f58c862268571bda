import type { AgentInfo } from '../pbx/agent.ts';

/** Where the connector connects: what Accolades puts into the address of its frame. [connector] */
export interface ConnectorParameters {
  readonly serverFqdn: string;
  readonly serverPort: string;
  readonly agentId: string;
  /** Not of Accolades: says that this simulator has no TLS. */
  readonly serverProtocol?: 'ws';
}

/** The parameters for an agent of the simulator at this address. */
export function connectorParameters(url: string, idCrm: string): ConnectorParameters {
  const { protocol, hostname, port } = new URL(url);
  return {
    serverFqdn: hostname,
    serverPort: port,
    agentId: idCrm,
    ...(protocol === 'ws:' ? { serverProtocol: 'ws' } : {}),
  };
}

/**
 * The web page of an agent, of which only one thing is simulated: the frame with the connector. Accolades hides it; here it is shown, for
 * whoever develops a connector, unless `hidden` is set.
 */
export function agentPage(agent: AgentInfo, parameters: ConnectorParameters | null, hidden: boolean): string {
  const name = escaped(agent.name);
  const frame =
    parameters === null
      ? '<p>No connector has been uploaded.</p>'
      : `<iframe id="connector" title="Connector" src="/connector/index.html?${escaped(
          new URLSearchParams({ ...parameters }).toString(),
        )}"${hidden ? ' hidden' : ''}></iframe>`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="color-scheme" content="light dark" />
    <title>${name} – Accolades simulator</title>
    <style>
      body { margin: 0; padding: 24px; font: 15px/1.5 system-ui, sans-serif; }
      h1 { margin: 0 0 4px; font-size: 20px; }
      p { margin: 0 0 16px; opacity: 0.75; }
      iframe { width: 100%; max-width: 720px; height: 260px; border: 1px solid #8886; border-radius: 8px; }
      iframe[hidden] { display: none; }
    </style>
  </head>
  <body>
    <h1>${name}</h1>
    <p>The web page of this agent. Its connector runs in the frame below; Accolades hides that frame.</p>
    ${frame}
  </body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
