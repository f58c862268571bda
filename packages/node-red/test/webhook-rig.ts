import { TestRuntime, type Credentials, type FlowNode } from './runtime.ts';

/** The secret of these tests' endpoint. */
export const SECRET = 'w3bhook-secret-of-the-tests';

/** A tab with the node `hook`, its collector `out`, and `caught` for errors. */
export function webhookFlow(
  hook: Readonly<Record<string, unknown>> = {},
  more: readonly FlowNode[] = [],
): FlowNode[] {
  return [
    { id: 'tab', type: 'tab', label: 'Test' },
    { id: 'hook', type: 'accolades-webhook', z: 'tab', path: '/accolades', wires: [['out']], ...hook },
    { id: 'out', type: 'collector', z: 'tab', wires: [] },
    { id: 'catch', type: 'catch', z: 'tab', scope: null, wires: [['caught']] },
    { id: 'caught', type: 'collector', z: 'tab', wires: [] },
    ...more,
  ];
}

/** Starts a runtime and serves its HTTP routes. */
export async function startWebhook(
  flow: readonly FlowNode[],
  credentials: Credentials = {},
): Promise<{ readonly runtime: TestRuntime; readonly url: string }> {
  const runtime = await TestRuntime.start(flow, credentials, ['function/10-function.js']);
  return { runtime, url: await runtime.serve() };
}

/** Posts a form. */
export function post(url: string, fields: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(url, { method: 'POST', body: new URLSearchParams(fields) });
}

export const HANGUP = {
  apiName: 'callNotification',
  event: 'hangup',
  callId: '1608743891.1344',
  callerId: '0211234567',
} as const;
