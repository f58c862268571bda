import { waitFor } from './wait.ts';
import { TestRuntime, type Credentials, type FlowNode } from './runtime.ts';

/** The secret of these tests' endpoint. */
export const SECRET = 'w3bhook-secret-of-the-tests';

/** Every notification of a call, without what became of it. */
const SINGLE_NOTIFICATIONS = ['answer', 'confirmHangup', 'hangup', 'otherNotification'] as const;

const HOOK = { path: '/accolades', receives: 'notifications', events: SINGLE_NOTIFICATIONS };

/** A tab with the node `hook`, which by default sends single
 * notifications, its collector `out`, and `caught` for errors. */
export function webhookFlow(
  hook: Readonly<Record<string, unknown>> = {},
  more: readonly FlowNode[] = [],
): FlowNode[] {
  return [
    { id: 'tab', type: 'tab', label: 'Test' },
    { ...HOOK, id: 'hook', type: 'accolades-webhook', z: 'tab', wires: [['out']], ...hook },
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

/**
 * Waits until an endpoint that has just started may tell calls as missed: it must have been there
 * 5 s before the call.
 */
export async function untilPresent(): Promise<void> {
  const end = performance.now() + 5_050;
  await waitFor('the endpoint to be there for 5 s', () => performance.now() >= end, 10_000);
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
