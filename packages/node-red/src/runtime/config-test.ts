import type { AccoladesErrorCode } from '@accolades-flow/core';
import type { NodeAPI } from '@node-red/registry';
import { storedSecret } from './stored-secret.ts';
import { variableIn } from './variable.ts';
import { describeError, errorCodeOf, type Texts } from './texts.ts';

/** What the dialog is told. The message is for people, in the runtime's language, and holds no secret. */
export interface ConfigTestResult {
  readonly ok: boolean;
  readonly message: string;
  /** Null: it went well, or failed in a way that has no code. */
  readonly code: AccoladesErrorCode | null;
}

/** What is typed in the dialog of a configuration node, as the runtime would give it to the node. */
export interface TypedConfig {
  /** Its fields; those that are an environment variable are replaced, where there is one. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secret: unknown;
  /** False: it is the one that is stored, so it must go to no other server than the one it was deployed with. */
  readonly retyped: boolean;
  /** The node as it runs now; null when it was never deployed. */
  readonly deployed: unknown;
}

export interface ConfigTest {
  /** The type of the configuration node. */
  readonly type: string;
  /** The name of its secret. */
  readonly secret: string;
  /** @throws AccoladesError */
  run(typed: TypedConfig): Promise<ConfigTestResult>;
}

/**
 * Lets the dialog of a configuration node test what is typed in it: `POST <type>/<node id>/test` of Node-RED's admin API, with a JSON
 * object of its fields and, when it was typed again, its secret; answered with a {@link ConfigTestResult}.
 *
 * Who may not deploy may not test. Only JSON is taken, which a page of another site cannot send without being asked for leave.
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
      void run(RED, texts, test, id, { ...typed }).then((result) => {
        response.set('cache-control', 'no-store').json(result);
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
): Promise<ConfigTestResult> {
  try {
    return await test.run(typedConfig(RED, test.secret, id, fields));
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
  const resolved = (value: unknown): unknown => withVariables(RED, value, deployed);
  return {
    settings: Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, resolved(value)])),
    secret: resolved(retyped ? typed : storedSecret(RED, id, secretName)),
    retyped,
    deployed,
  };
}

/** A text that is nothing but a variable, replaced as the runtime does when it makes a node; as it is when there is none. */
function withVariables(RED: NodeAPI, value: unknown, node: unknown): unknown {
  const name = variableIn(value);
  if (name === undefined) return value;
  const getSetting: unknown = Reflect.get(RED.util, 'getSetting');
  const found: unknown =
    typeof getSetting === 'function' ? Reflect.apply(getSetting, RED.util, [node, name]) : undefined;
  return typeof found === 'string' && found !== '' ? found : value;
}
