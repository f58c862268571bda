import { AccoladesError, sendAnswer, type Received, type Refusal } from '@accolades-flow/core';
import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { admit, type Admitted } from '../shared/webhook/admission.ts';
import { passNotification } from '../shared/webhook/notification-sources.ts';
import { ReceiptOrder } from '../shared/webhook/receipt-order.ts';
import { readRequest } from '../shared/webhook/read-request.ts';
import { warn } from '../shared/webhook/refusal-log.ts';
import { WebhookNodes } from '../shared/webhook/webhook-node.ts';
import { notStarted, publishedTrigger } from './published-trigger.ts';
import { bytesOf, startWorkflow } from './start-workflow.ts';
import { readWebhookParameters, type WebhookParameters } from './webhook-settings.ts';

/** Tells n8n not to answer and not to start a workflow. */
const DEALT_WITH: IWebhookResponseData = { noWebhookResponse: true };

/** Of the notifications that are passed on, by path. */
const order = new ReceiptOrder();

export const webhookNodes = new WebhookNodes(readWebhookParameters);

/**
 * Handles one request: answers a notification and then starts the workflow, or starts the workflow
 * that answers. Never throws, because n8n would answer with an error, and Accolades would hang up
 * the call.
 */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
  const response = context.getResponseObject();
  try {
    const node = webhookNodes.of(context);
    const request = await readRequest(context, node.parameters);
    const trigger = publishedTrigger(context);
    const admitted = await admit(trigger?.context ?? context, node, request, (answer, by) => {
      sendAnswer(response, answer);
      if (by === 'fallback') {
        warn(context, 'dropped', 'The workflow did not answer in time. The fallback was sent.');
      }
    });
    const { received, endpoint } = admitted;
    if (received.kind !== 'refused' && received.answer !== null) sendAnswer(response, received.answer);
    if (context.getMode() !== 'manual') passOn(admitted, node.parameters);
    if (received.kind === 'ignored') return DEALT_WITH;
    if (received.kind === 'message' && received.answer !== null && trigger !== null) {
      if (received.warning !== null) warn(context, 'dropped', received.warning.message);
      trigger.start(received, admitted.confirm, node.parameters, bytesOf(request));
      return DEALT_WITH;
    }
    const refusal = received.kind === 'refused' ? received : await confirmed(context, admitted, received);
    if (received.kind === 'message' && refusal === null) {
      return await startWorkflow(context, node.parameters, endpoint, received, request);
    }
    if (received.kind === 'message' && received.replyToken !== null) endpoint.abandon(received.replyToken);
    if (refusal === 'unreadable') {
      if (received.kind === 'message' && received.fallback !== null) sendAnswer(response, received.fallback);
    } else if (refusal !== null) {
      warn(context, 'unknown', refusal.logLine);
      sendAnswer(response, refusal.answer);
    }
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

/** Passes an accepted notification to the Call Ended Triggers that read those of this node. */
function passOn({ received, confirm }: Admitted, { path }: WebhookParameters): void {
  if (received.kind === 'refused' || received.notification === null || path === '') return;
  const { notification } = received;
  const check = confirm?.().then(
    (refusal) => refusal === null,
    // The code that starts the workflow logs this error.
    () => false,
  );
  order.add(path, check ?? null, () => {
    passNotification(path, notification);
  });
}

/**
 * Checks a received request with the current secret. It counts as answered already, so a failure
 * to read the credential is told apart from a refusal. Never throws.
 */
async function confirmed(
  context: IWebhookFunctions,
  { confirm }: Admitted,
  { answer }: Extract<Received, { kind: 'message' }>,
): Promise<Refusal | 'unreadable' | null> {
  try {
    return confirm === null ? null : await confirm();
  } catch (error) {
    const given = answer === null ? 'The fallback was sent.' : 'The request had been answered.';
    warn(context, 'dropped', notStarted(error, given));
    return 'unreadable';
  }
}
