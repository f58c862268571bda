import { checkHttpUrl, checkTimeout } from '../notifications/endpoint-settings.ts';
import type { SendForm } from '../http/send-form.ts';

/** A run of an IVR with a single step “HTTP request”. */
export interface IvrRun {
  url: string;
  /** Default `POST`. */
  method?: 'GET' | 'POST' | undefined;
  /** The IVR's own variables and their values: at most 10, names of letters and digits. */
  variables?: Readonly<Record<string, string>> | undefined;
  /** Names of the own variables to send. Default: all. */
  send?: readonly string[] | undefined;
  /** The caller, `$_callerId`. Default `0211234567`. */
  callerId?: string | undefined;
  /** The number that was called, `$_destinationNumber`. Default `0310000000`. */
  destinationNumber?: string | undefined;
  /** `$_callId`. Default: a new one. */
  callId?: string | undefined;
  /**
   * The field names for the globals `$_callerId`, `$_destinationNumber`, `$_callId` and
   * `$_dateNow`; an empty name: not sent. Not published. Default: the globals' own names.
   */
  globalNames?: Readonly<Partial<Record<IvrGlobal, string>>> | undefined;
  /** Whether the call waits for the answer; otherwise the answer is ignored. Default true. */
  waitForConfirmation?: boolean | undefined;
  /**
   * Whether properties of a JSON object in the answer become variables of the same name. Default
   * true.
   */
  jsonResponse?: boolean | undefined;
  /** How long the step waits, in ms; the real limit is not published. Default 10,000. */
  timeoutMs?: number | undefined;
  /** Accept a self-signed or otherwise untrusted certificate. Default false. */
  allowUnauthorizedCerts?: boolean | undefined;
}

export type IvrGlobal = '$_callerId' | '$_destinationNumber' | '$_callId' | '$_dateNow';

/** The result of a run. */
export interface IvrResult {
  /** The variables after the step. */
  readonly variables: Readonly<Record<string, string>>;
  /** The names of the variables that the answer has set. */
  readonly imported: readonly string[];
  /** The HTTP status; `null` when there is no answer, or the run does not wait for one. */
  readonly status: number | null;
  readonly durationMs: number;
  /** The answer's body, cut to 4,000 characters; empty without one. */
  readonly body: string;
  /** The problem as text; `null`: none. */
  readonly problem: string | null;
}

/** The documented limits. */
const MAX_IVR_VARIABLES = 10;
const VARIABLE_NAME = /^[A-Za-z0-9]+$/;

const DEFAULT_TIMEOUT_MS = 10_000;
const LONGEST_BODY = 4_000;

/**
 * Runs the step.
 * @throws when a variable breaks the documented limits, or the address or time limit is unusable
 */
export async function runIvr(
  run: IvrRun,
  pbx: {
    readonly send: SendForm;
    readonly callId: string;
    readonly now: number;
    readonly signal: AbortSignal;
  },
): Promise<IvrResult> {
  checkHttpUrl(run.url);
  checkTimeout(run.timeoutMs);
  const own = new Map(Object.entries(run.variables ?? {}));
  if (own.size > MAX_IVR_VARIABLES) throw new Error(`An IVR has at most ${MAX_IVR_VARIABLES} variables.`);
  for (const name of own.keys()) {
    if (!VARIABLE_NAME.test(name)) throw new Error('The name of a variable has letters and digits only.');
  }
  const unknown = run.send?.find((name) => !own.has(name));
  if (unknown !== undefined) throw new Error(`There is no variable ${unknown.slice(0, 40)} to send.`);
  const sending = pbx.send({
    url: run.url,
    method: run.method ?? 'POST',
    fields: fieldsOf(run, own, pbx.callId, pbx.now),
    timeoutMs: run.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    allowUnauthorizedCerts: run.allowUnauthorizedCerts,
    signal: pbx.signal,
  });
  const unchanged = { variables: Object.fromEntries(own), imported: [] };
  if (run.waitForConfirmation === false) {
    void sending;
    return { ...unchanged, status: null, durationMs: 0, body: '', problem: null };
  }
  const outcome = await sending;
  const { durationMs } = outcome;
  if (outcome.status === null) {
    return { ...unchanged, status: null, durationMs, body: '', problem: outcome.problem };
  }
  const { status } = outcome;
  const body = outcome.body.slice(0, LONGEST_BODY);
  const answer = { status, durationMs, body };
  // Not published: whether an answer with another status counts.
  if (status < 200 || status > 299) return { ...unchanged, ...answer, problem: `Status ${status}.` };
  if (run.jsonResponse === false) return { ...unchanged, ...answer, problem: null };
  const properties = readObject(outcome.body);
  if (!properties) return { ...unchanged, ...answer, problem: 'The answer is no JSON object.' };
  const imported: string[] = [];
  for (const [name, value] of properties) {
    const text = textOf(value);
    if (!own.has(name) || text === null) continue;
    own.set(name, text);
    imported.push(name);
  }
  return { variables: Object.fromEntries(own), imported, ...answer, problem: null };
}

function fieldsOf(
  run: IvrRun,
  own: ReadonlyMap<string, string>,
  callId: string,
  now: number,
): [string, string][] {
  const globals: [IvrGlobal, string][] = [
    ['$_callerId', run.callerId ?? '0211234567'],
    ['$_destinationNumber', run.destinationNumber ?? '0310000000'],
    ['$_callId', run.callId ?? callId],
    ['$_dateNow', new Date(now).toISOString().slice(0, 10).replaceAll('-', '')],
  ];
  const named = globals.map(([name, value]): [string, string] => [run.globalNames?.[name] ?? name, value]);
  const chosen = (run.send ?? [...own.keys()]).map((name): [string, string] => [name, own.get(name) ?? '']);
  return [...named.filter(([name]) => name !== ''), ...chosen];
}

function readObject(body: string): [string, unknown][] | null {
  try {
    const data: unknown = JSON.parse(body);
    return typeof data === 'object' && data !== null && !Array.isArray(data) ? Object.entries(data) : null;
  } catch {
    return null;
  }
}

/**
 * Objects and lists cannot be values of a variable. Not published: what the real server does with
 * them.
 */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}
