import {
  ACKNOWLEDGEMENT,
  AccoladesError,
  sendAnswer,
  type CallNotification,
  type Received,
} from '@accolades-flow/core';
import { processEnd, processOutcomes } from '@accolades-flow/core/node';
import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { ownerOf } from '../shared/owner-name.ts';
import { admit, type Admitted } from '../shared/webhook/admission.ts';
import { ReceiptOrder } from '../shared/webhook/receipt-order.ts';
import { readRequest } from '../shared/webhook/read-request.ts';
import { warn } from '../shared/webhook/refusal-log.ts';
import { WebhookNodes } from '../shared/webhook/webhook-node.ts';
import { readCallEndedParameters, type CallEndedParameters } from './call-ended-settings.ts';
import { testOf } from './test-call.ts';
import { callWatch } from './watch-calls.ts';

/** Tells n8n not to answer and not to start a workflow. */
const DEALT_WITH: IWebhookResponseData = { noWebhookResponse: true };

const order = new ReceiptOrder();

export const callEndedNodes = new WebhookNodes(readCallEndedParameters);

/**
 * Answers one notification and returns: the workflow starts when the call is over, from the
 * trigger. Never throws, because n8n would answer with an error, and Accolades would hang up the
 * call.
 */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
  const response = context.getResponseObject();
  try {
    const node = callEndedNodes.of(context);
    const { parameters } = node;
    if (parameters.sourcePath !== null) {
      warn(
        context,
        'unknown',
        'Set the URL of the Webhook Trigger in Accolades, not that of this node: a request here does not count.',
      );
      // Accolades hangs up the call of a notification that is refused.
      sendAnswer(response, ACKNOWLEDGEMENT);
      return DEALT_WITH;
    }
    const request = await readRequest(context, parameters);
    // The parameters may be those of another node with the same ID.
    const key = ownerOf(context.getWorkflow().id ?? '', context.getNode());
    // A test uses the settings and the secret of the editor, not those of the published node.
    const watch = context.getMode() === 'manual' ? null : callWatch(key);
    // Nothing waits for an answer here, so core never answers later.
    const admitted = await admit(watch?.context ?? context, node, request, () => undefined);
    const { received } = admitted;
    const answer = received.answer;
    if (answer !== null) sendAnswer(response, answer);
    if (received.kind === 'refused') warn(context, 'unknown', received.logLine);
    const notification = notificationOf(received);
    if (notification === null) return DEALT_WITH;
    if (context.getMode() === 'manual') return await inTest(parameters, notification);
    const log = watch?.context ?? context;
    const check = admitted.confirm === null ? null : isConfirmed(log, admitted.confirm);
    order.add(key, check, () => {
      tell(check === null ? context : log, key, notification);
    });
    return DEALT_WITH;
  } catch (error) {
    // Publishing checks the settings, so only an expression or a credential can cause this.
    const reason =
      error instanceof AccoladesError
        ? `the settings are not valid. ${error.message}`
        : 'the node could not be prepared, because its settings or its credential could not be read.';
    warn(context, 'dropped', `A request was refused: ${reason}`);
    sendAnswer(response, { status: 500, headers: {}, body: '' });
    return DEALT_WITH;
  }
}

function notificationOf(received: Received): CallNotification | null {
  return received.kind === 'refused' ? null : received.notification;
}

async function inTest(
  parameters: CallEndedParameters,
  notification: CallNotification,
): Promise<IWebhookResponseData> {
  const record = await testOf(parameters).notified(notification);
  if (record === null) return DEALT_WITH;
  return { noWebhookResponse: true, workflowData: [[{ json: { ...record } }]] };
}

type LogContext = Parameters<typeof warn>[0];

function tell(context: LogContext, key: string, notification: CallNotification): void {
  if (processOutcomes().notified(key, notification)) return;
  const text = processEnd().begun
    ? 'A notification came while n8n ends, so it does not count.'
    : 'Let the reverse proxy send the path of this node to the main process of n8n, where its trigger runs: ' +
      'a notification reached another process, so what became of its call is not told.';
  warn(context, 'dropped', text);
}

/** Checks an answered request with the current secret. Never rejects. */
async function isConfirmed(context: LogContext, confirm: NonNullable<Admitted['confirm']>): Promise<boolean> {
  try {
    const refusal = await confirm();
    if (refusal !== null) warn(context, 'unknown', refusal.logLine);
    return refusal === null;
  } catch (error) {
    const reason = error instanceof AccoladesError ? ` ${error.message}` : '';
    warn(context, 'dropped', `A notification does not count: the credential could not be read.${reason}`);
    return false;
  }
}
