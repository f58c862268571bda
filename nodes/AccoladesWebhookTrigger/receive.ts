import { AccoladesError, sendAnswer } from '@accolades-flow/core';
import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { admit } from './admission.ts';
import { readRequest } from './read-request.ts';
import { warn } from './refusal-log.ts';
import { startWorkflow } from './start-workflow.ts';
import { webhookNodeOf } from './webhook-node.ts';

/** Tells n8n not to answer and not to start a workflow. */
const DEALT_WITH: IWebhookResponseData = { noWebhookResponse: true };

/**
 * Handles one request: answers a notification and then starts the workflow, or starts the workflow
 * that answers. Never throws, because n8n would answer with an error, and Accolades would hang up
 * the call.
 */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
  const response = context.getResponseObject();
  try {
    const node = webhookNodeOf(context);
    const request = await readRequest(context, node.parameters);
    const admitted = await admit(context, node, request, (answer, by) => {
      sendAnswer(response, answer);
      if (by === 'fallback') {
        warn(context, 'dropped', 'The workflow did not answer in time. The fallback was sent.');
      }
    });
    const { received, endpoint } = admitted;
    if (received.kind !== 'refused' && received.answer !== null) sendAnswer(response, received.answer);
    if (received.kind === 'ignored') return DEALT_WITH;
    const refusal = received.kind === 'refused' ? received : await admitted.confirm();
    if (received.kind === 'message' && refusal === null) {
      return await startWorkflow(context, node.parameters, endpoint, received, request);
    }
    if (received.kind === 'message' && received.replyToken !== null) endpoint.abandon(received.replyToken);
    if (refusal !== null) {
      warn(context, 'unknown', refusal.logLine);
      sendAnswer(response, refusal.answer);
    }
    return DEALT_WITH;
  } catch (error) {
    // Publishing checks the settings, so only an expression or a credential can cause this.
    const reason = error instanceof AccoladesError ? error.message : 'The node could not be prepared.';
    warn(context, 'dropped', `A request was refused: the settings are not valid. ${reason}`);
    sendAnswer(response, { status: 500, headers: {}, body: '' });
    return DEALT_WITH;
  }
}
