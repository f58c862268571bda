import { AccoladesError, AccountClient, parseAccountUrl } from '@accolades-flow/core';
import type { NodeAPI } from '@node-red/registry';
import { describeError, errorCodeOf, type Texts } from '../../runtime/texts.ts';
import { isAccountNode } from './account-node.ts';
import { readAccountSettings } from './account-settings.ts';

/** What the dialog is told. The message is for people, in the runtime's language, and holds no secret. */
export interface AccountTestResult {
  readonly ok: boolean;
  readonly message: string;
  /** Null: it went well, or failed in a way that has no code. */
  readonly code: string | null;
}

/**
 * Lets the dialog of an account test what is typed in it, with one `ping`: `POST accolades-account/<node id>/test` of Node-RED's admin
 * API, with a JSON object of `url`, `accountNumber`, `tls` and, when it was typed again, `password`; answered with an
 * {@link AccountTestResult}.
 *
 * Who may not deploy may not test. Only JSON is taken, which a page of another site cannot send without being asked for leave. The
 * stored password goes to no other server than the one it was deployed with, since who edits flows is not meant to read it.
 */
export function serveAccountTest(RED: NodeAPI, texts: Texts): void {
  RED.httpAdmin.post(
    '/accolades-account/:id/test',
    RED.auth.needsPermission('accolades-account.write'),
    (request, response) => {
      const typed: unknown = request.is('application/json') === false ? null : request.body;
      const { id } = request.params;
      if (typeof typed !== 'object' || typed === null || typeof id !== 'string') {
        response.sendStatus(400);
        return;
      }
      void testAccount(RED, texts, id, { ...typed }).then((result) => {
        response.set('cache-control', 'no-store').json(result);
      });
    },
  );
}

/** Never throws. */
async function testAccount(
  RED: NodeAPI,
  texts: Texts,
  id: string,
  typed: Readonly<Record<string, unknown>>,
): Promise<AccountTestResult> {
  try {
    await clientOf(RED, texts, id, typed).ping();
    return { ok: true, message: texts('accolades-account.test.accepted'), code: null };
  } catch (error) {
    return { ok: false, message: describeError(error, texts), code: errorCodeOf(error) };
  }
}

/** @throws AccoladesError */
function clientOf(
  RED: NodeAPI,
  texts: Texts,
  id: string,
  typed: Readonly<Record<string, unknown>>,
): AccountClient {
  const deployed: unknown = RED.nodes.getNode(id);
  const resolved = (value: unknown): unknown => withVariables(RED, value, deployed);
  const { password } = typed;
  const retyped = typeof password === 'string' && password !== '';
  const stored: unknown = retyped ? password : storedPassword(RED, id);
  const settings = readAccountSettings(
    { ...typed, url: resolved(typed['url']), accountNumber: resolved(typed['accountNumber']) },
    resolved(stored),
    (tls) => RED.nodes.getNode(tls),
  );
  const elsewhere = !isAccountNode(deployed) || !sameServer(deployed.url, settings.url);
  if (!retyped && settings.password !== '' && elsewhere) {
    throw new AccoladesError('INVALID_ACCOUNT', { what: texts('accolades-account.test.retype') });
  }
  return new AccountClient(settings);
}

function storedPassword(RED: NodeAPI, id: string): unknown {
  const credentials: unknown = RED.nodes.getCredentials(id);
  return typeof credentials === 'object' && credentials !== null
    ? Reflect.get(credentials, 'password')
    : undefined;
}

/** A text that is nothing but a variable, replaced as the runtime does when it makes a node; as it is when there is none. */
function withVariables(RED: NodeAPI, value: unknown, node: unknown): unknown {
  const name = typeof value === 'string' ? /^\$[({](\w+)[)}]$/.exec(value.trim())?.[1] : undefined;
  if (name === undefined) return value;
  const getSetting: unknown = Reflect.get(RED.util, 'getSetting');
  const found: unknown =
    typeof getSetting === 'function' ? Reflect.apply(getSetting, RED.util, [node, name]) : undefined;
  return typeof found === 'string' && found !== '' ? found : value;
}

function sameServer(one: unknown, other: unknown): boolean {
  try {
    return parseAccountUrl(one).baseUrl === parseAccountUrl(other).baseUrl;
  } catch {
    return false;
  }
}
