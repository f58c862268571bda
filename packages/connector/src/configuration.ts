import type { AgentConfiguration } from '@accolades-flow/core/web';
import { isLoopback } from './parameters.ts';

/** The property of the configuration text that holds what is for this connector. */
export const CONFIGURATION_KEY = 'accoladesFlow';

/** What an administrator has written into the account's configuration text. */
export interface ConnectorConfiguration {
  /** The address of the webhook node. */
  readonly url: string;
  /** Empty: the endpoint has none. */
  readonly secret: string;
  /** The parameter in which the endpoint expects the secret. */
  readonly secretParameter: string;
  /** The origins of which pages may be opened: `https://crm.example.com`. */
  readonly popOrigins: ReadonlySet<string>;
}

export type ConfigurationProblem =
  | 'noText'
  | 'notJson'
  | 'noKey'
  | 'urlMissing'
  | 'urlWrong'
  | 'urlNotHttps'
  | 'urlHoldsSecret'
  | 'secretWrong'
  | 'originsWrong';

export type ConfigurationResult =
  | { readonly ok: true; readonly configuration: ConnectorConfiguration }
  /** `detail` is what was written, where that helps and is no secret. */
  | { readonly ok: false; readonly problem: ConfigurationProblem; readonly detail: string };

/** Reads what is for this connector from the account's text; whatever else it holds is left alone. */
export function readConfiguration(texts: AgentConfiguration): ConfigurationResult {
  const text = texts.account?.data ?? '';
  if (text.trim() === '') return wrong('noText');
  const parsed = parseObject(text);
  if (parsed === null) return wrong('notJson');
  const own = parsed[CONFIGURATION_KEY];
  if (!isObject(own)) return wrong('noKey');
  const { url, secret = '', secretParameter = 'secret' } = own;
  if (typeof url !== 'string' || url.trim() === '') return wrong('urlMissing');
  if (typeof secret !== 'string' || typeof secretParameter !== 'string' || secretParameter.trim() === '') {
    return wrong('secretWrong');
  }
  // It would stand in the logs of every server on the way.
  if (secret !== '' && url.includes(secret)) return wrong('urlHoldsSecret');
  const address = URL.canParse(url) ? new URL(url) : null;
  if (address === null || address.username !== '' || address.password !== '' || address.hash !== '') {
    return wrong('urlWrong');
  }
  if (address.protocol !== 'https:' && !(address.protocol === 'http:' && isLoopback(address.hostname))) {
    return wrong('urlNotHttps', address.origin);
  }
  const origins = readOrigins(own['screenPop']);
  if (!(origins instanceof Set)) return wrong('originsWrong', origins);
  return {
    ok: true,
    configuration: {
      url: address.href,
      secret,
      secretParameter: secretParameter.trim(),
      popOrigins: origins,
    },
  };
}

/** The name that the agent's own text gives the agent; empty: none. */
export function readLabel(texts: AgentConfiguration): string {
  const own = parseObject(texts.agent?.data ?? '')?.[CONFIGURATION_KEY];
  const label = isObject(own) ? own['label'] : undefined;
  return typeof label === 'string' ? label.trim() : '';
}

/** The origins, or what of them is wrong. */
function readOrigins(screenPop: unknown): Set<string> | string {
  if (screenPop === undefined || screenPop === null) return new Set();
  const listed = isObject(screenPop) ? screenPop['origins'] : undefined;
  if (!Array.isArray(listed)) return 'screenPop.origins';
  const entries: readonly unknown[] = listed;
  const origins = new Set<string>();
  for (const entry of entries) {
    const url = typeof entry === 'string' && URL.canParse(entry) ? new URL(entry) : null;
    const isOrigin =
      url?.protocol === 'https:' && url.pathname === '/' && url.search === '' && url.hash === '';
    if (!isOrigin || url.username !== '') return typeof entry === 'string' ? entry.slice(0, 100) : '?';
    origins.add(url.origin);
  }
  return origins;
}

function wrong(problem: ConfigurationProblem, detail = ''): ConfigurationResult {
  return { ok: false, problem, detail };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const data: unknown = JSON.parse(text);
    return isObject(data) ? data : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
