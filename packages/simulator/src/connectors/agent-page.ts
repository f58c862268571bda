import type { AgentInfo } from '../pbx/agent.ts';
import type { AuthSuccessType } from '../websocket-api/messages.ts';

/** The connector's server, which Accolades puts into the address of its frame. [connector] */
export interface ConnectorParameters {
  readonly serverFqdn: string;
  readonly serverPort: string;
  readonly agentId: string;
  /** Not a parameter of Accolades: tells the connector that this simulator has no TLS. */
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

/** Sentences about settings that do not work with the vendor's example connector. */
export function vendorConnectorHints(
  url: string,
  authSuccessType: AuthSuccessType,
  idCrms: readonly string[],
): string[] {
  const hints: string[] = [];
  if (url.startsWith('ws:')) {
    hints.push(
      "Turn TLS on: the vendor's connector connects by wss only. " +
        'Option --self-signed <folder> of the command, or tls of createSimulator.',
    );
  }
  if (authSuccessType !== 'authSuccess') {
    hints.push(
      "Set authSuccess: the vendor's connector waits for that spelling. " +
        'Option --auth-success-type authSuccess, or authSuccessType.',
    );
  }
  if (idCrms.some((idCrm) => queryValue(idCrm) !== idCrm)) {
    hints.push(
      "Use an idCrm of letters and digits: the vendor's connector does not URL-decode agentId, " +
        'and sends other characters in their encoded form.',
    );
  }
  return hints;
}

/**
 * The web page of an agent. Only its frame with the connector is simulated. Accolades hides the
 * frame; the simulator shows it to connector developers unless `hidden` is set.
 */
export function agentPage(
  agent: AgentInfo,
  connector: { parameters: ConnectorParameters; hints: readonly string[] } | null,
  hidden: boolean,
): string {
  const name = escaped(agent.name);
  const frame =
    connector === null
      ? '<p>No connector has been uploaded.</p>'
      : `<iframe id="connector" title="Connector" src="/connector/index.html?${escaped(
          query(connector.parameters),
        )}"${hidden ? ' hidden' : ''}></iframe>`;
  const hints = (connector?.hints ?? []).map((hint) => `<li>${escaped(hint)}</li>`).join('');
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
    ${hints === '' ? '' : `<h2>For the vendor's example connector</h2><ul id="hints">${hints}</ul>`}
  </body>
</html>
`;
}

function query(parameters: ConnectorParameters): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${queryValue(String(value))}`)
    .join('&');
}

/** Encodes as little as possible, because the vendor's connector does not decode. [connector] */
function queryValue(text: string): string {
  return text.replace(/[^\w\-.~!$*();:@,/?[\]]+/g, (part) =>
    new URLSearchParams([['', part]]).toString().slice(1).replaceAll('+', '%20'),
  );
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
