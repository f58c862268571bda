import type { AccoladesErrorCode, CheckProgress } from '@accolades-flow/core';
import type { NodeAPI } from '@node-red/registry';
import { environmentOf, type Environment } from './environment.ts';
import { storedSecret } from './stored-secret.ts';
import { describeError, errorCodeOf, type Texts } from './texts.ts';

/** JSON lines: the dialog reads each line as it arrives. */
const NDJSON = 'application/x-ndjson';

/** The result for the dialog. The message is in the runtime's language and holds no secret. */
export interface ConfigTestResult {
  readonly ok: boolean;
  readonly message: string;
  /** Null: success, or a failure without a code. */
  readonly code: AccoladesErrorCode | null;
  /** The outcome for each of several agents, in their order. */
  readonly agents?: readonly AgentOutcome[];
}

/** The outcome for one agent. Holds no secret. */
export interface AgentOutcome {
  readonly label: string;
  /** Null: the agent can be connected. */
  readonly reason: string | null;
}

/** The typed values in the dialog of a configuration node. Variables are not replaced yet. */
export interface TypedConfig {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secret: unknown;
  /** False: the secret is the stored one, which only its deployed server may receive. */
  readonly retyped: boolean;
  /** The node as deployed; null when it was never deployed. */
  readonly deployed: unknown;
  /** The environment variables that the node sees, or would see. */
  readonly environment: Environment;
}

export interface ConfigTest {
  /** The type of the configuration node. */
  readonly type: string;
  /** The name of its secret. */
  readonly secret: string;
  /** @throws AccoladesError */
  run(typed: TypedConfig, onProgress: (progress: CheckProgress) => void): Promise<ConfigTestResult>;
}

/**
 * Lets the dialog of a configuration node test the typed values: `POST <type>/<node id>/test` of
 * Node-RED's admin API. The body is a JSON object of the node's fields, with the secret only when
 * it was retyped. The answer is a {@link ConfigTestResult}; for a client that accepts
 * `application/x-ndjson`, lines of `{ "progress": CheckProgress }` come before it.
 *
 * Needs the permission to deploy. Accepts only JSON: a page of another origin cannot send JSON
 * without a CORS preflight, which Node-RED refuses.
 */
export function serveConfigTest(RED: NodeAPI, texts: Texts, test: ConfigTest): void {
  RED.httpAdmin.post(
    `/${test.type}/:id/test`,
    RED.auth.needsPermission(`${test.type}.write`),
    (request, response) => {
      const typed: unknown = request.is('application/json') === false ? null : request.body;
      const { id } = request.params;
      if (typeof typed !== 'object' || typed === null || typeof id !== 'string') {
        response.sendStatus(400);
        return;
      }
      response.set('cache-control', 'no-store');
      const streams = request.headers.accept?.includes(NDJSON) === true;
      if (streams) response.type(NDJSON).flushHeaders();
      const onProgress = (progress: CheckProgress): void => {
        if (streams && !response.destroyed) response.write(`${JSON.stringify({ progress })}\n`);
      };
      void run(RED, texts, test, id, { ...typed }, onProgress).then((result) => {
        if (streams) response.end(`${JSON.stringify(result)}\n`);
        else response.json(result);
      });
    },
  );
}

/** Never throws. */
async function run(
  RED: NodeAPI,
  texts: Texts,
  test: ConfigTest,
  id: string,
  fields: Readonly<Record<string, unknown>>,
  onProgress: (progress: CheckProgress) => void,
): Promise<ConfigTestResult> {
  try {
    return await test.run(typedConfig(RED, test.secret, id, fields), onProgress);
  } catch (error) {
    return { ok: false, message: describeError(error, texts), code: errorCodeOf(error) };
  }
}

function typedConfig(
  RED: NodeAPI,
  secretName: string,
  id: string,
  fields: Readonly<Record<string, unknown>>,
): TypedConfig {
  const deployed: unknown = RED.nodes.getNode(id);
  const { [secretName]: typed, ...settings } = fields;
  const retyped = typeof typed === 'string' && typed !== '';
  return {
    settings,
    secret: retyped ? typed : storedSecret(RED, id, secretName),
    retyped,
    deployed,
    environment: environmentOf(RED.util, deployed ?? globalNode(RED)),
  };
}

/** The node that holds the global environment variables, which every node sees; null: none. */
function globalNode({ nodes }: NodeAPI): unknown {
  const ids: string[] = [];
  nodes.eachNode(({ id, type }) => {
    if (type === 'global-config') ids.push(id);
  });
  return ids[0] === undefined ? null : nodes.getNode(ids[0]);
}
