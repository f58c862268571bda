import type { AgentConfiguration } from '@accolades-flow/core/web';
import { findJsonFault, type JsonFault } from './json-fault.ts';
import { isLoopback } from './parameters.ts';
import { POST_FIELDS } from './webhook-post.ts';

/** The property of the configuration text with this connector's settings. */
const CONFIGURATION_KEY = 'accoladesFlow';

/** The settings that an administrator has written into the account's configuration text. */
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
  | 'secretMissing'
  | 'secretWrong'
  | 'parameterTaken'
  | 'originsWrong';

export interface ConfigurationFault {
  readonly ok: false;
  readonly problem: ConfigurationProblem;
  /** What was written, where that helps and is no secret. */
  readonly detail: string;
  /** For `notJson`: where the text stops being JSON. Null: it is JSON, but no object. */
  readonly fault: JsonFault | null;
}

export type ConfigurationResult =
  { readonly ok: true; readonly configuration: ConnectorConfiguration } | ConfigurationFault;

/** Reads this connector's settings from the account's text. All else in it is left alone. */
export function readConfiguration(texts: AgentConfiguration): ConfigurationResult {
  const text = (texts.account?.data ?? '').trim();
  if (text === '') return wrong('noText');
  const parsed = parseObject(text);
  if (parsed === null) return { ...wrong('notJson'), fault: findJsonFault(text) };
  const own = parsed[CONFIGURATION_KEY];
  return isObject(own) ? readSettings(own) : wrong('noKey');
}

function readSettings(own: Readonly<Record<string, unknown>>): ConfigurationResult {
  const { url, secret, secretParameter = 'secret' } = own;
  if (typeof url !== 'string' || url.trim() === '') return wrong('urlMissing');
  const address = URL.canParse(url) ? new URL(url) : null;
  if (address === null || address.username !== '' || address.password !== '' || address.hash !== '') {
    return wrong('urlWrong');
  }
  if (address.protocol !== 'https:' && !(address.protocol === 'http:' && isLoopback(address.hostname))) {
    return wrong('urlNotHttps', address.origin);
  }
  if (secret !== undefined && typeof secret !== 'string') return wrong('secretWrong');
  if (typeof secretParameter !== 'string' || secretParameter.trim() === '') return wrong('secretWrong');
  const parameter = secretParameter.trim();
  if (isPostField(parameter)) return wrong('parameterTaken', parameter);
  if (holdsSecret(address, secret ?? '', parameter)) return wrong('urlHoldsSecret');
  // Left out, it may be in the address, where Node-RED's dialog shows it.
  if (secret === undefined) return wrong('secretMissing');
  const origins = readOrigins(own['screenPop']);
  if (!(origins instanceof Set)) return wrong('originsWrong', origins);
  return {
    ok: true,
    configuration: { url: address.href, secret, secretParameter: parameter, popOrigins: origins },
  };
}

/** The name that the agent's own text gives the agent; empty: none. */
export function readLabel(texts: AgentConfiguration): string {
  const own = parseObject(texts.agent?.data ?? '')?.[CONFIGURATION_KEY];
  const label = isObject(own) ? own['label'] : undefined;
  return typeof label === 'string' ? label.trim() : '';
}

function isPostField(name: string): boolean {
  return POST_FIELDS.some((field) => field === name) || name === '__proto__';
}

/** Addresses are logged by every server on the way, so the secret must not be in one. */
function holdsSecret(address: URL, secret: string, parameter: string): boolean {
  if (address.searchParams.has(parameter) || address.searchParams.has('secret')) return true;
  // The form of a secret that Node-RED's dialog makes, at the place where it shows it.
  if (/\/[0-9a-f]{32}\/?$/.test(address.pathname)) return true;
  return secret !== '' && decodings(address.href).some((text) => text.includes(secret));
}

/** A text as it is, and with its percent-encoding undone once and twice. */
function decodings(text: string): string[] {
  const once = decoded(text);
  return [text, once, once.replaceAll('+', ' '), decoded(once)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Bytes that are no UTF-8 somewhere in it: undo the others.
    return text.replace(/%([0-7][0-9a-fA-F])/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
  }
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

function wrong(problem: ConfigurationProblem, detail = ''): ConfigurationFault {
  return { ok: false, problem, detail, fault: null };
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
